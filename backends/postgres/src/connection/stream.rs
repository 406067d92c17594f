//! A socket of either kind.

use std::{
    io,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::url::Keepalive;

/// A socket of either kind.
#[derive(Debug)]
pub(crate) enum Stream {
    /// To an address on a network.
    Network(TcpStream),
    /// To a process on the same machine.
    #[cfg(unix)]
    Socket(tokio::net::UnixStream),
}

impl Stream {
    /// Connects to an address.
    pub(crate) async fn to_address(
        address: std::net::SocketAddr,
        keepalive: Option<&Keepalive>,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        if let Some(keepalive) = keepalive {
            keep_alive(&stream, keepalive)?;
        }
        Ok(Self::Network(stream))
    }

    /// Connects to a socket in the file system.
    #[cfg(unix)]
    pub(crate) async fn to_socket(path: &Path) -> io::Result<Self> {
        Ok(Self::Socket(tokio::net::UnixStream::connect(path).await?))
    }

    /// Connects to a socket in the file system, of which there are none here.
    #[cfg(not(unix))]
    pub(crate) async fn to_socket(_path: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn keep_alive(stream: &TcpStream, keepalive: &Keepalive) -> io::Result<()> {
    let mut settings = TcpKeepalive::new();
    if let Some(idle) = keepalive.idle {
        settings = settings.with_time(idle);
    }
    if let Some(interval) = keepalive.interval {
        settings = settings.with_interval(interval);
    }
    if let Some(count) = keepalive.count {
        settings = settings.with_retries(count);
    }
    // This switches it on, too.
    SockRef::from(stream).set_tcp_keepalive(&settings)
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(stream) => Pin::new(stream).poll_read(context, buffer),
            #[cfg(unix)]
            Self::Socket(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Network(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(unix)]
            Self::Socket(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(stream) => Pin::new(stream).poll_flush(context),
            #[cfg(unix)]
            Self::Socket(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(stream) => Pin::new(stream).poll_shutdown(context),
            #[cfg(unix)]
            Self::Socket(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
