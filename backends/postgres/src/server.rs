//! The server behind a connection.

use retort_core::backend::BackendError;

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

    /// Reads `server_version`: `15.4 (Debian 15.4-1)`, `17beta1`.
    pub(crate) fn parse(version: &str) -> Option<Self> {
        let number = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            text[..end].parse::<u32>().ok()
        };
        let (major, minor) = version.split_once('.').unwrap_or((version, ""));
        let major = number(major)?.checked_mul(10_000)?;
        Some(Self { version: major.checked_add(number(minor).unwrap_or(0))? })
    }

    /// The server of a version that a user gives: `16`.
    ///
    /// # Errors
    ///
    /// Fails if it is none, or older than what is supported.
    pub(crate) fn of_version(version: &str) -> Result<Self, BackendError> {
        let Some(server) = Self::parse(version) else {
            let message = format!("`{version}` is not a version of PostgreSQL");
            return Err(BackendError::unsupported(message));
        };
        if server.version < Self::OLDEST.version {
            let oldest = Self::OLDEST.version / 10_000;
            let message = format!("the oldest version of PostgreSQL that is supported is {oldest}");
            return Err(BackendError::unsupported(message));
        }
        Ok(server)
    }

    /// Whether the server is of this major version or a later one.
    pub(crate) fn is_at_least(self, major: u32) -> bool {
        self.version >= major * 10_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, version) in [
            ("15.18 (Debian 15.18-0+deb12u1)", Some(150_018)),
            ("13.0", Some(130_000)),
            ("18beta2", Some(180_000)),
            ("17devel", Some(170_000)),
            ("9.6.24", Some(90_006)),
            ("", None),
            ("latest", None),
            ("99999999999", None),
        ] {
            assert_eq!(Server::parse(text).map(|server| server.version), version, "{text}");
        }
    }
}
