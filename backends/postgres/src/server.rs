//! The server behind a connection.

/// What is known of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Server {
    /// `server_version_num`: 150004 for 15.4.
    pub(crate) version: u32,
}

impl Server {
    /// What is assumed where there is no connection: the oldest version that is
    /// supported, so that what is planned for it runs on all of them.
    pub(crate) const OLDEST: Self = Self { version: 130_000 };

    /// Whether the server is of this major version or a later one.
    pub(crate) fn is_at_least(self, major: u32) -> bool {
        self.version >= major * 10_000
    }
}
