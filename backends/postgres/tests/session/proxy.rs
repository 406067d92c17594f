//! A proxy between a session and its server, which counts, cuts and lies.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::support::{address, at_address};

/// The client's last message.
const TERMINATE: &[u8] = b"X\0\0\0\x04";

/// A proxy in front of a server. It is gone with the value.
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    state: Mutex<State>,
    /// Changes when all connections are to be cut.
    cut: watch::Sender<u32>,
}

#[derive(Default)]
struct State {
    turns: usize,
    rule: Rule,
}

/// What the proxy does but forward.
#[derive(Default, Clone, Copy)]
pub(crate) enum Rule {
    #[default]
    None,
    /// Cuts the connection once it has forwarded this text to the server.
    CutAfter(&'static str),
    /// Cuts the connection in place of forwarding this text to the server.
    CutBefore(&'static str),
    /// Has the server be of this major version.
    Version(&'static str),
    /// Keeps from the server that the client has gone.
    HideEnd,
}

impl Proxy {
    /// A proxy in front of the server of that URL.
    pub(crate) async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = address(url).to_owned();
        let url = at_address(url, &listener.local_addr().unwrap().to_string());
        let cut = watch::Sender::new(0);
        let shared = Arc::new(Shared { upstream, state: Mutex::default(), cut });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&accepting);
                // What breaks here is what the test is about.
                tokio::spawn(async move { shared.forward(client).await.ok() });
            }
        });
        Self { url, shared }
    }

    /// The URL of the server, through the proxy.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn set(&self, rule: Rule) {
        self.shared.state.lock().unwrap().rule = rule;
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        self.shared.cut.send_modify(|count| *count += 1);
    }

    /// How often the client spoke after the server had, since the last call.
    pub(crate) fn take_round_trips(&self) -> usize {
        std::mem::take(&mut self.shared.state.lock().unwrap().turns)
    }
}

impl Shared {
    async fn forward(&self, mut client: TcpStream) -> io::Result<()> {
        let mut cut = self.cut.subscribe();
        let mut server = TcpStream::connect(&self.upstream).await?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        let (mut from_client, mut from_server) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        let mut server_spoke = true;
        loop {
            tokio::select! {
                read = client.read(&mut from_client) => {
                    let bytes = &from_client[..read?];
                    let rule = {
                        let mut state = self.state.lock().unwrap();
                        state.turns += usize::from(std::mem::take(&mut server_spoke));
                        state.rule
                    };
                    if matches!(rule, Rule::HideEnd) && (bytes.is_empty() || bytes == TERMINATE) {
                        cut.changed().await.ok();
                        return Ok(());
                    }
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    let holds = |text: &str| find(bytes, text.as_bytes()).is_some();
                    match rule {
                        Rule::CutBefore(text) if holds(text) => return Ok(()),
                        Rule::CutAfter(text) if holds(text) => {
                            server.write_all(bytes).await?;
                            // The answer shows that the server did it.
                            server.readable().await?;
                            return Ok(());
                        }
                        _ => server.write_all(bytes).await?,
                    }
                }
                read = server.read(&mut from_server) => {
                    let bytes = &mut from_server[..read?];
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    server_spoke = true;
                    let rule = self.state.lock().unwrap().rule;
                    if let Rule::Version(version) = rule
                        && let Some(at) = find(bytes, b"server_version\0")
                    {
                        let at = at + b"server_version\0".len();
                        bytes[at..at + version.len()].copy_from_slice(version.as_bytes());
                    }
                    client.write_all(bytes).await?;
                }
                _ = cut.changed() => return Ok(()),
            }
        }
    }
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}
