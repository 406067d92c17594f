//! A relay between a session and its server, which can be cut and which counts
//! what is sent.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

pub(crate) struct Proxy {
    address: SocketAddr,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    commands: Arc<AtomicUsize>,
    trap: Arc<Mutex<Option<String>>>,
    hides_end: Arc<AtomicBool>,
}

/// The client's last command.
const QUIT: &[u8] = &[1, 0, 0, 0, 1];

impl Proxy {
    /// Listens for sessions with the server at this address.
    pub(crate) fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let streams = Arc::new(Mutex::new(Vec::new()));
        let commands = Arc::new(AtomicUsize::new(0));
        let trap = Arc::new(Mutex::new(None::<String>));
        let (opened, counted, server) = (Arc::clone(&streams), Arc::clone(&commands), server.to_owned());
        let set = Arc::clone(&trap);
        let hides_end = Arc::new(AtomicBool::new(false));
        let hides = Arc::clone(&hides_end);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect(&server).unwrap();
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                    opened.lock().unwrap().push(stream.try_clone().unwrap());
                }
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let mut counter =
                    CommandCounter { counted: Arc::clone(&counted), header: Vec::new(), left: 0 };
                let (trap, opened) = (Arc::clone(&set), Arc::clone(&opened));
                let hides = Arc::clone(&hides);
                thread::spawn(move || {
                    relay(from, to, |bytes| {
                        if hides.load(Ordering::SeqCst) && (bytes.is_empty() || bytes == QUIT) {
                            return Relayed::Hidden;
                        }
                        counter.read(bytes);
                        let trap = trap.lock().unwrap();
                        let springs = trap.as_ref().is_some_and(|text| contains(bytes, text));
                        if springs {
                            // The answer must not get through.
                            cut(&opened.lock().unwrap()[..1]);
                        }
                        Relayed::Forwarded
                    });
                });
                thread::spawn(move || relay(server, client, |_| Relayed::Forwarded));
            }
        });
        Self { address, streams, commands, trap, hides_end }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Breaks all connections.
    pub(crate) fn cut(&self) {
        cut(&std::mem::take(&mut *self.streams.lock().unwrap()));
    }

    /// Breaks the connection of the client as soon as it has sent this text,
    /// which reaches the server.
    pub(crate) fn cut_at(&self, text: &str) {
        *self.trap.lock().unwrap() = Some(text.to_owned());
    }

    /// Keeps from the server that the client has gone.
    pub(crate) fn hide_end(&self) {
        self.hides_end.store(true, Ordering::SeqCst);
    }

    /// How many commands were sent so far: round trips.
    pub(crate) fn commands(&self) -> usize {
        self.commands.load(Ordering::SeqCst)
    }
}

/// What becomes of bytes.
#[derive(PartialEq)]
enum Relayed {
    Forwarded,
    /// The other side hears nothing more, not even the end.
    Hidden,
}

fn relay(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8]) -> Relayed) {
    let mut buffer = [0; 1 << 16];
    while let Ok(length) = from.read(&mut buffer) {
        if look(&buffer[..length]) == Relayed::Hidden {
            return;
        }
        if length == 0 || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

fn cut(streams: &[TcpStream]) {
    for stream in streams {
        // The other side may have closed it.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Counts the packets that begin a command: those of number zero.
struct CommandCounter {
    counted: Arc<AtomicUsize>,
    header: Vec<u8>,
    left: usize,
}

impl CommandCounter {
    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            while self.left == 0 && !bytes.is_empty() {
                self.header.push(bytes[0]);
                bytes = &bytes[1..];
                if let [a, b, c, number] = self.header[..] {
                    self.left = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
                    if number == 0 {
                        self.counted.fetch_add(1, Ordering::SeqCst);
                    }
                    self.header.clear();
                }
            }
        }
    }
}
