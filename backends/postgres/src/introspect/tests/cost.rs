//! What reading costs: statements and round trips, however large the schema.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::*;

/// What went over a connection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Traffic {
    /// The bytes of a message that is not complete yet.
    rest: Vec<u8>,
    /// How many messages made the server run a statement.
    statements: usize,
    /// How often the client wrote after it had read.
    turns: usize,
    was_reading: bool,
}

impl Traffic {
    fn write(&mut self, bytes: &[u8]) {
        self.turns += usize::from(std::mem::take(&mut self.was_reading));
        self.rest.extend(bytes);
        while let Some(header) = self.rest.first_chunk::<5>() {
            let [kind, length @ ..] = *header;
            let end = 1 + u32::from_be_bytes(length) as usize;
            if self.rest.len() < end {
                break;
            }
            self.statements += usize::from(matches!(kind, b'Q' | b'E'));
            self.rest.drain(..end);
        }
    }
}

/// A connection that is listened to.
struct Tap {
    stream: TcpStream,
    traffic: Arc<Mutex<Traffic>>,
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.traffic.lock().unwrap().was_reading |= buffer.filled().len() > before;
        polled
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(length)) = polled {
            self.traffic.lock().unwrap().write(&bytes[..length]);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Statements and round trips of one reading.
async fn cost(database: &Database, scope: &Scope, server: Server) -> (usize, usize) {
    let config: tokio_postgres::Config = database.url().parse().unwrap();
    let [tokio_postgres::config::Host::Tcp(host)] = config.get_hosts() else { panic!("{config:?}") };
    let stream = TcpStream::connect((host.as_str(), config.get_ports()[0])).await.unwrap();
    let traffic = Arc::<Mutex<Traffic>>::default();
    let tap = Tap { stream, traffic: Arc::clone(&traffic) };
    let (client, connection) = config.connect_raw(tap, NoTls).await.unwrap();
    tokio::spawn(connection);
    *traffic.lock().unwrap() = Traffic { was_reading: true, ..Traffic::default() };
    introspect(&client, scope, server).await.unwrap();
    let seen = traffic.lock().unwrap().clone();
    assert!(seen.rest.is_empty());
    (seen.statements, seen.turns)
}

#[tokio::test]
async fn the_cost_does_not_grow_with_the_schema() {
    let fixture = Fixture::new("CREATE TYPE mood AS ENUM ('a')").await;
    let everything = Scope::default();
    let (statements, turns) = cost(&fixture.database, &everything, fixture.server).await;
    // One asks for a transaction, three begin, set and end it.
    assert_eq!(statements, 12);
    assert!(turns <= 3, "{turns}");
    let tables = (0..300).map(|at| {
        format!(
            "CREATE TABLE t{at} (id serial PRIMARY KEY, m mood DEFAULT 'a', k geo{at}, CHECK (id > {at}), a integer REFERENCES t{});
             CREATE INDEX i{at} ON t{at} (lower(a::text)) WHERE a > 0; CREATE VIEW v{at} AS SELECT * FROM t{at};",
            at / 2
        )
        .replace(&format!("geo{at}"), if at % 3 == 0 { "interval" } else { "inet" })
    });
    fixture.run(&tables.collect::<String>()).await;
    let (statements, turns) = cost(&fixture.database, &everything, fixture.server).await;
    assert_eq!(statements, 12);
    assert!(turns <= 3, "{turns}");
    let some = Scope {
        only: Some((0..50).map(|at| QualifiedName::unqualified(format!("t{at}"))).collect()),
        ..everything
    };
    assert_eq!(cost(&fixture.database, &some, fixture.server).await.0, 12);
}
