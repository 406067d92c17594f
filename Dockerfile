# A static binary, and what TLS and time zones need; nothing else: no shell, no
# libc. The project is mounted, or copied, to /work.
#
#   docker build -t retort .
#   docker run --rm -v "$PWD:/work" -e DATABASE_URL retort upgrade head

FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base ca-certificates tzdata
WORKDIR /src
COPY . .
# Alpine's target is static by default.
RUN cargo build --release --locked -p retort

FROM scratch
COPY --from=build /src/target/release/retort /usr/local/bin/retort
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
# A number: there is no /etc/passwd.
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/retort"]
CMD ["--help"]
