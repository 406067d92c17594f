//! A server that says what no server here would say.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// What the server does once somebody connects.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// It accepts everybody, and its version is this.
    Version(&'static str),
    /// It asks for authentication by this plugin.
    Plugin(&'static str),
    /// It says this, and nothing of the protocol.
    Banner(&'static [u8]),
    /// It says nothing at all.
    Silence,
    /// It hangs up.
    HangUp,
}

/// Starts the server and returns its URL.
pub(crate) fn start(act: Act) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(act, stream.unwrap()));
        }
    });
    format!("mysql://root:secret@{address}/app")
}

fn serve(act: Act, mut stream: TcpStream) -> Option<()> {
    match act {
        Act::HangUp => return None,
        Act::Silence => {
            read(&mut stream)?;
            return None;
        }
        Act::Banner(text) => {
            stream.write_all(text).ok()?;
            read(&mut stream)?;
            return None;
        }
        Act::Version(version) => {
            write(&mut stream, 0, &greeting(version))?;
            read(&mut stream)?;
        }
        Act::Plugin(plugin) => {
            write(&mut stream, 0, &greeting("9.7.4"))?;
            read(&mut stream)?;
            let nonce = [7; 32];
            write(&mut stream, 2, &[&[0xfe], plugin.as_bytes(), &[0], &nonce[..], &[0]].concat())?;
            read(&mut stream)?;
            write(&mut stream, 4, b"\xff\x15\x04#28000Access denied for user 'root'@'localhost'")?;
            return None;
        }
    }
    write(&mut stream, 2, OK)?;
    loop {
        let text = String::from_utf8_lossy(&read(&mut stream)?).into_owned();
        if text.contains("VARIABLES") {
            let Act::Version(version) = act else { return None };
            let next = result(&mut stream, 1, &[&["app"]], true)?;
            result(&mut stream, next, &[&["max_allowed_packet", "1000"], &["version", version]], false)?;
        } else {
            write(&mut stream, 1, OK)?;
        }
    }
}

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

fn greeting(version: &str) -> Vec<u8> {
    let low: u16 = 0x0008 | 0x0200 | 0x2000 | 0x8000;
    let high: u16 = 0x0001 | 0x0002 | 0x0008;
    let mut packet = vec![10];
    packet.extend(version.as_bytes());
    packet.extend([0, 1, 0, 0, 0]);
    packet.extend([7; 8]);
    packet.push(0);
    packet.extend(low.to_le_bytes());
    packet.extend([45, 2, 0]);
    packet.extend(high.to_le_bytes());
    packet.push(21);
    packet.extend([0; 10]);
    packet.extend([7; 12]);
    packet.push(0);
    packet.extend(b"mysql_native_password\0");
    packet
}

/// Writes a result of texts, and returns the number of the next packet.
fn result(stream: &mut TcpStream, first: u8, rows: &[&[&str]], more: bool) -> Option<u8> {
    let columns = rows[0].len();
    let mut packets = vec![vec![u8::try_from(columns).ok()?]];
    for _ in 0..columns {
        let mut column = vec![3];
        column.extend(b"def\0\0\0\x01c\0");
        column.extend([12, 45, 0, 0, 1, 0, 0, 253, 0, 0, 0, 0, 0]);
        packets.push(column);
    }
    let end = vec![0xfe, 0, 0, if more { 10 } else { 2 }, 0];
    packets.push(end.clone());
    for row in rows {
        let value = |text: &&str| {
            let length = u8::try_from(text.len()).unwrap();
            [&[length], text.as_bytes()].concat()
        };
        packets.push(row.iter().flat_map(value).collect());
    }
    packets.push(end);
    let mut number = first;
    for packet in packets {
        write(stream, number, &packet)?;
        number += 1;
    }
    Some(number)
}

fn write(stream: &mut TcpStream, number: u8, payload: &[u8]) -> Option<()> {
    let length = u32::try_from(payload.len()).ok()?.to_le_bytes();
    stream.write_all(&[&length[..3], &[number], payload].concat()).ok()
}

fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut header = [0; 4];
    stream.read_exact(&mut header).ok()?;
    let mut payload = vec![0; u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize];
    stream.read_exact(&mut payload).ok()?;
    Some(payload)
}
