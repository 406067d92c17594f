//! What lies between a client and a server, and may break.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The message does not arrive.
    Message,
    /// The message arrives, and the answer does not.
    Answer,
}

/// A proxy before a server, for as long as the process lives.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: String,
    cut: Cut,
    /// How many messages clients have sent, on all connections.
    messages: AtomicUsize,
    /// The message at which the connection breaks.
    at: usize,
}

impl Proxy {
    /// A proxy before the server at an address. It breaks one connection, at
    /// that message of all that clients send through it, counted from zero.
    pub(crate) fn start(server: &str, at: usize, cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State { server: server.to_owned(), cut, messages: AtomicUsize::new(0), at });
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&serving);
                // Either side may go away.
                thread::spawn(move || state.serve(&client).ok());
            }
        });
        Self { port, state }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether clients came as far as the message at which it breaks.
    pub(crate) fn has_cut(&self) -> bool {
        self.state.messages.load(Ordering::SeqCst) > self.state.at
    }
}

impl State {
    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(&self.server)?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        // Once it is to be cut, no answer gets through.
        let is_cut = AtomicBool::new(false);
        thread::scope(|scope| {
            let answers = scope.spawn(|| {
                let mut buffer = vec![0; 1 << 16];
                loop {
                    let length = (&server).read(&mut buffer).unwrap_or(0);
                    if length == 0 || is_cut.load(Ordering::SeqCst) {
                        break;
                    }
                    if (&*client).write_all(&buffer[..length]).is_err() {
                        break;
                    }
                }
                server.shutdown(Shutdown::Both).ok();
                client.shutdown(Shutdown::Both).ok();
            });
            let mut buffer = vec![0; 1 << 16];
            loop {
                // A client writes a message at once, and then waits.
                let length = (&*client).read(&mut buffer).unwrap_or(0);
                if length == 0 {
                    break;
                }
                let number = self.messages.fetch_add(1, Ordering::SeqCst);
                if number == self.at {
                    if self.cut == Cut::Message {
                        break;
                    }
                    is_cut.store(true, Ordering::SeqCst);
                }
                if (&server).write_all(&buffer[..length]).is_err() {
                    break;
                }
                if number == self.at {
                    // The end of the answer's thread is that of the connection.
                    answers.join().ok();
                    return;
                }
            }
            server.shutdown(Shutdown::Both).ok();
            client.shutdown(Shutdown::Both).ok();
        });
        Ok(())
    }
}
