//! Servers that are older than what is supported.
//!
//! None can be had: these are listeners that say what such a server says.

use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    thread,
};

use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::project::written;

/// What a run says of such a server.
#[track_caller]
fn check(scheme: &str, serve: impl Fn(TcpStream) -> io::Result<()> + Send + 'static, expected: Expect) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // It ends with the process: nobody knows how often a client connects.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that has heard enough goes away.
            serve(stream).ok();
        }
    });
    let directory = TempDir::new().unwrap();
    fs::create_dir(directory.path().join("migrations")).unwrap();
    fs::write(directory.path().join("retort.toml"), "").unwrap();
    let revision = "-- about it\n--\n-- @revision aaaa\n\n-- @upgrade\nCREATE TABLE t (id INTEGER);\n";
    fs::write(directory.path().join("migrations/aaaa_.sql"), revision).unwrap();
    let said = ["upgrade head", "current"].map(|line| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_retort"));
        process.current_dir(directory.path()).env_clear().args(line.split(' '));
        process.env("DATABASE_URL", format!("{scheme}://me@127.0.0.1:{port}/db"));
        let output = process.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", written(&output));
        written(&output).replace(&port.to_string(), "$PORT")
    });
    assert_eq!(said[0], said[1]);
    expected.assert_eq(&said[0]);
}

#[test]
fn postgresql_before_13() {
    check(
        "postgresql",
        |stream| postgresql(stream, "12.22 (Debian 12.22-1)"),
        expect![[r#"
        environment default, database postgresql://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: `127.0.0.1:$PORT` runs PostgreSQL 12.22; the oldest version that is supported is 13
    "#]],
    );
    check(
        "postgresql",
        |stream| postgresql(stream, "9.6.24"),
        expect![[r#"
        environment default, database postgresql://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: `127.0.0.1:$PORT` runs PostgreSQL 9.6.24; the oldest version that is supported is 13
    "#]],
    );
}

#[test]
fn mysql_before_8_4() {
    check(
        "mysql",
        |stream| mysql(stream, "8.0.36"),
        expect![[r#"
        environment default, database mysql://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: the server is MySQL `8.0.36`, and the oldest that is supported is MySQL 8.4
    "#]],
    );
    check(
        "mysql",
        |stream| mysql(stream, "5.7.44-log"),
        expect![[r#"
        environment default, database mysql://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: the server is MySQL `5.7.44-log`, and the oldest that is supported is MySQL 8.4
    "#]],
    );
}

#[test]
fn mariadb_before_10_6() {
    check(
        "mariadb",
        |stream| mysql(stream, "5.5.5-10.5.28-MariaDB"),
        expect![[r#"
        environment default, database mariadb://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: the server is MariaDB `10.5.28-MariaDB`, and the oldest that is supported is MariaDB 10.6
    "#]],
    );
    // Who calls it by the other name is told what it is.
    check(
        "mysql",
        |stream| mysql(stream, "10.5.28-MariaDB-log"),
        expect![[r#"
        environment default, database mysql://me@127.0.0.1:$PORT/db (from DATABASE_URL)
        error: the server is MariaDB `10.5.28-MariaDB-log`, and the oldest that is supported is MariaDB 10.6
    "#]],
    );
}

/// Lets everybody in, and says what it is.
fn postgresql(mut stream: TcpStream, version: &str) -> io::Result<()> {
    const WANTS_TLS: u32 = 80_877_103;
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
        stream.read_exact(&mut message)?;
        if message[..4] != WANTS_TLS.to_be_bytes() {
            break;
        }
        stream.write_all(b"N")?;
    }
    let mut answer = Vec::new();
    let mut add = |kind: u8, body: &[u8]| {
        answer.push(kind);
        answer.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
        answer.extend(body);
    };
    add(b'R', &[0; 4]);
    add(b'S', format!("server_version\0{version}\0").as_bytes());
    add(b'Z', b"I");
    stream.write_all(&answer)?;
    stream.read_to_end(&mut answer).map(drop)
}

/// Lets everybody in, and answers two queries of a client: for its database,
/// and for variables.
fn mysql(mut stream: TcpStream, version: &str) -> io::Result<()> {
    // Protocol 4.1, databases, passwords of today, several statements.
    const CAPABILITIES: u32 = 0x000b_a20f;
    let [low, high] = [CAPABILITIES as u16, (CAPABILITIES >> 16) as u16].map(u16::to_le_bytes);
    let greeting = [
        &[10],
        version.as_bytes(),
        &[0, 1, 0, 0, 0],
        b"saltsalt\0",
        &low,
        &[45, 2, 0],
        &high,
        &[21],
        &[0; 10],
        b"saltsaltsalt\0",
        b"mysql_native_password\0",
    ];
    send(&mut stream, 0, &greeting.concat())?;
    receive(&mut stream)?;
    send(&mut stream, 2, &[0, 0, 0, 2, 0, 0, 0])?;
    const QUERY: u8 = 3;
    while receive(&mut stream)?.first() == Some(&QUERY) {
        const IS_LAST: u8 = 2;
        const MORE_FOLLOWS: u8 = 2 | 8;
        let sent = send_rows(&mut stream, 1, &["db"], MORE_FOLLOWS)?;
        send_rows(&mut stream, sent, &["version", version], IS_LAST)?;
    }
    Ok(())
}

/// Sends one row. Returns the number of the next packet.
fn send_rows(stream: &mut TcpStream, first: u8, row: &[&str], status: u8) -> io::Result<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let column = [text("def"), vec![0, 0, 0, 1, b'c', 0, 12, 45, 0, 0, 1, 0, 0, 253, 0, 0, 0, 0, 0]].concat();
    let end = |status| vec![254, 0, 0, status, 0];
    let mut packets = vec![vec![u8::try_from(row.len()).unwrap()]];
    packets.extend(row.iter().map(|_| column.clone()));
    packets.push(end(2));
    packets.push(row.iter().flat_map(|value| text(value)).collect());
    packets.push(end(status));
    let numbers = first..;
    let mut next = first;
    for (number, packet) in numbers.zip(&packets) {
        send(stream, number, packet)?;
        next = number + 1;
    }
    Ok(next)
}

fn send(stream: &mut TcpStream, number: u8, packet: &[u8]) -> io::Result<()> {
    let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
    stream.write_all(&[&length[..3], &[number], packet].concat())
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut header = [0; 4];
    stream.read_exact(&mut header)?;
    let mut packet = vec![0; u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize];
    stream.read_exact(&mut packet)?;
    Ok(packet)
}
