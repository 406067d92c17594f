//! A session beside the code under test: one that holds a lock, say.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
};

use mysql_async::prelude::Queryable;
use tokio::runtime;

use crate::{Database, Engine, admin};

/// A session that stays open, with its transactions and locks, until it is
/// dropped.
#[derive(Debug)]
pub struct Session {
    statements: Option<Sender<String>>,
    answers: Receiver<Result<(), String>>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Opens a session.
    pub fn open(database: &Database) -> Self {
        let (statements, received) = channel::<String>();
        let (sender, answers) = channel();
        let (engine, url) = (database.engine(), database.url().to_owned());
        let thread = thread::spawn(move || serve(engine, &url, &received, &sender));
        Self { statements: Some(statements), answers, thread: Some(thread) }
    }

    /// Runs SQL, and waits until it has run.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn run(&self, sql: &str) {
        let sent = self.statements.as_ref().map(|statements| statements.send(sql.to_owned()));
        match (sent, self.answers.recv()) {
            (Some(Ok(())), Ok(Ok(()))) => {}
            (_, Ok(Err(error))) => panic!("{error}\n{sql}"),
            _ => panic!("the session is lost"),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.statements.take();
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by the statement it met.
            thread.join().ok();
        }
    }
}

/// Runs what comes until nothing more can come.
fn serve(engine: Engine, url: &str, statements: &Receiver<String>, answers: &Sender<Result<(), String>>) {
    let work = async {
        match engine {
            Engine::Postgresql => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
                tokio::spawn(connection);
                for sql in statements {
                    let result = client.batch_execute(&sql).await;
                    answers.send(result.map_err(|error| error.to_string())).ok();
                }
            }
            Engine::Mysql | Engine::Mariadb => {
                let mut connection = admin::connect_mysql(url).await?;
                for sql in statements {
                    let result = connection.query_drop(&sql).await;
                    answers.send(result.map_err(|error| error.to_string())).ok();
                }
                connection.disconnect().await?;
            }
        }
        Ok::<(), admin::Error>(())
    };
    let ran = match runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ran {
        answers.send(Err(error.to_string())).ok();
    }
}
