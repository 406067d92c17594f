//! What the tables of cases are made of.

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    Sqlite,
    Postgresql,
    Mysql,
    Mariadb,
}

impl Engine {
    pub(crate) const ALL: [Self; 4] = [Self::Sqlite, Self::Postgresql, Self::Mysql, Self::Mariadb];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        }
    }
}

/// Something that somebody does to a database past Retort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What it is, in a few words.
    pub(crate) name: &'static str,
    /// How it is done.
    pub(crate) act: Act,
    /// The engine that alone has it, of those that share a table of cases.
    pub(crate) only: Option<Engine>,
    /// What must come of it.
    pub(crate) outcome: Outcome,
}

/// How something is done to a database.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// The database's own SQL.
    Sql(&'static str),
    /// The table is made again, with another text for a part of its
    /// definition: what SQLite has no ALTER for.
    Redefine { table: &'static str, from: &'static str, to: &'static str },
}

/// What must come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Each line that says what was found has one of these words; the revision
    /// undoes it, and its downgrade does it again.
    Reverted { words: &'static [&'static str] },
    /// It is found and said, but no revision can be written, for the reason.
    ByHand { words: &'static [&'static str], reason: &'static str },
    /// It is about what models do not hold, which is said.
    Outside { word: &'static str },
    /// Nothing that counts has changed.
    Nothing,
}

impl Case {
    /// A change of what the words name.
    pub(crate) const fn change(
        name: &'static str,
        words: &'static [&'static str],
        sql: &'static str,
    ) -> Self {
        Self { name, act: Act::Sql(sql), only: None, outcome: Outcome::Reverted { words } }
    }

    /// A change of a part of the definition of a table.
    pub(crate) const fn redefine(
        name: &'static str,
        words: &'static [&'static str],
        table: &'static str,
        from: &'static str,
        to: &'static str,
    ) -> Self {
        let act = Act::Redefine { table, from, to };
        Self { name, act, only: None, outcome: Outcome::Reverted { words } }
    }

    /// Nothing that counts.
    pub(crate) const fn nothing(name: &'static str, sql: &'static str) -> Self {
        Self { name, act: Act::Sql(sql), only: None, outcome: Outcome::Nothing }
    }

    /// No other engine of the family has it.
    pub(crate) const fn on(self, engine: Engine) -> Self {
        Self { only: Some(engine), ..self }
    }

    /// Nothing that counts, although the text says something else.
    pub(crate) const fn is_nothing(self) -> Self {
        Self { outcome: Outcome::Nothing, ..self }
    }

    /// No revision can be written for the change.
    pub(crate) const fn by_hand(self, reason: &'static str) -> Self {
        let words = match self.outcome {
            Outcome::Reverted { words } | Outcome::ByHand { words, .. } => words,
            Outcome::Outside { .. } | Outcome::Nothing => &[],
        };
        Self { outcome: Outcome::ByHand { words, reason }, ..self }
    }

    /// The change is about what models do not hold.
    pub(crate) const fn outside(self, word: &'static str) -> Self {
        Self { outcome: Outcome::Outside { word }, ..self }
    }
}
