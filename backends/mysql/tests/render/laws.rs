//! Runs of operations drawn at random: together they must do what the model
//! says, and undone they must leave what was there.
//!
//! One ALTER TABLE that carries out several operations is where a server can
//! surprise. Each case draws a run that fits the model, carries it out, and
//! compares the database with one that the model would make of nothing.

use retort_core::operation::Operation;

use crate::support::{FLAVORS, Flavor, Live, read};

/// How many cases there are for each server.
const CASES: u64 = 8;

const SETUP: &str = "CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TABLE p (id INT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL, CONSTRAINT uq_p UNIQUE (a, b));
    CREATE TABLE t (
        id INT NOT NULL, a INT NOT NULL DEFAULT 1, b INT, c VARCHAR(20) DEFAULT '7', d INT CONSTRAINT fk_d REFERENCES p,
        g INT GENERATED ALWAYS AS (a * 2) STORED,
        CONSTRAINT pk_t PRIMARY KEY (id), CONSTRAINT uq_b UNIQUE (b), CONSTRAINT ck_a CHECK (a > 0)
    );
    CREATE INDEX ix_c ON t (c, d);
    CREATE TABLE c (t_id INT CONSTRAINT fk_t REFERENCES t ON DELETE CASCADE)";

const ROWS: &str = "INSERT INTO p VALUES (1, 1, 1), (2, 2, 2);
    INSERT INTO t (id, a, b, c, d) VALUES (1, 1, 1, '1', 1), (2, 2, 2, '2', 2);
    INSERT INTO c VALUES (1), (2)";

/// What the servers say of rows that do not fit.
const ROWS_AT_FAULT: [&str; 11] =
    ["1048", "1062", "1138", "1264", "1265", "1292", "1366", "1406", "1452", "3819", "4025"];

/// A source of choices that is the same each time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a>(&mut self, options: &[&'a str]) -> &'a str {
        options[self.below(options.len())]
    }
}

/// An operation as portable SQL, on names that may exist or not.
fn draw(choices: &mut Choices) -> String {
    const COLUMNS: [&str; 9] = ["id", "a", "b", "c", "d", "g", "e", "f", "h"];
    const NAMES: [&str; 9] = ["pk_t", "uq_b", "ck_a", "fk_d", "n1", "n2", "n3", "n4", "n5"];
    const INDEXES: [&str; 4] = ["ix_c", "i1", "i2", "i3"];
    let one = choices.below(COLUMNS.len());
    let other = COLUMNS[(one + 1 + choices.below(COLUMNS.len() - 1)) % COLUMNS.len()];
    let one = COLUMNS[one];
    let (name, new) = (choices.of(&NAMES), choices.of(&NAMES));
    let index = choices.of(&INDEXES);
    let columns = if choices.below(2) == 0 { one.to_owned() } else { format!("{one}, {other}") };
    let change = match choices.below(29) {
        0 => format!(
            "ADD COLUMN {one} {}",
            choices.of(&["INT", "VARCHAR(20) DEFAULT '8'", "TEXT", "BOOLEAN NOT NULL DEFAULT TRUE"])
        ),
        1 => format!("ADD COLUMN {one} INT DEFAULT 1 CONSTRAINT {name} REFERENCES p"),
        2 => format!(
            "ADD COLUMN {one} INT GENERATED ALWAYS AS ({other} + 1) {}",
            choices.of(&["STORED", "VIRTUAL"])
        ),
        3 => format!("ADD COLUMN {one} INT CONSTRAINT {name} UNIQUE"),
        4 | 5 => format!("DROP COLUMN {one}"),
        6..=8 => format!("RENAME COLUMN {one} TO {other}"),
        9 => format!("ALTER COLUMN {one} TYPE {}", choices.of(&["BIGINT", "VARCHAR(30)", "INT"])),
        10 => format!("ALTER COLUMN {one} TYPE VARCHAR(40) USING concat({one}, 'u')"),
        11 => format!("ALTER COLUMN {one} {} NOT NULL", choices.of(&["SET", "DROP"])),
        12 => format!(
            "ALTER COLUMN {one} {}",
            choices.of(&["SET DEFAULT 2", "DROP DEFAULT", "SET DEFAULT 1 + 1"])
        ),
        13 => format!(
            "ADD CONSTRAINT {name} CHECK ({one} {} {other})",
            choices.of(&["<", "=", "<>"]).replace('<', "<= 9 AND 0 <")
        ),
        14 => format!("ADD CONSTRAINT {name} UNIQUE ({columns})"),
        15 => format!("ADD CONSTRAINT {name} FOREIGN KEY ({one}) REFERENCES p"),
        16 => format!("ADD CONSTRAINT {name} FOREIGN KEY ({one}, {other}) REFERENCES p (a, b)"),
        17 => format!("ADD CONSTRAINT {name} FOREIGN KEY ({one}) REFERENCES t ({other})"),
        18 => format!("ADD CONSTRAINT {name} PRIMARY KEY ({columns})"),
        19 | 20 => format!("DROP CONSTRAINT {name}"),
        21 => format!("RENAME CONSTRAINT {name} TO {new}"),
        22 => return format!("CREATE {}INDEX {index} ON t ({columns})", choices.of(&["", "", "UNIQUE "])),
        23 => return format!("DROP INDEX {index}"),
        24 => return format!("ALTER TABLE p RENAME COLUMN {one} TO {other}"),
        25 => {
            return format!(
                "ALTER TABLE p {}",
                choices.of(&["DROP CONSTRAINT uq_p", "ALTER COLUMN b TYPE BIGINT"])
            );
        }
        26 => format!("ADD COLUMN {one} mood DEFAULT 'sad'"),
        27 => {
            return "ALTER TYPE mood RENAME VALUE 'sad' TO 'glum'; ALTER TYPE mood ADD VALUE 'sad'"
                .to_owned();
        }
        _ => return format!("COMMENT ON COLUMN t.{one} IS '{other}'; COMMENT ON TABLE t IS '{one}'"),
    };
    format!("ALTER TABLE t {change}")
}

/// A run that the model and the backend accept.
fn draw_run(choices: &mut Choices, live: &Live) -> (Vec<String>, Vec<Operation>) {
    let (mut said, mut run) = (Vec::new(), Vec::new());
    let length = 1 + choices.below(7);
    for _ in 0..200 {
        if said.len() == length {
            break;
        }
        let sql = draw(choices);
        let mut longer: Vec<Operation> = run.clone();
        longer.extend(read(&sql));
        if live.accepts(&longer) {
            said.push(sql);
            run = longer;
        }
    }
    (said, run)
}

fn check(flavor: Flavor, seed: u64) {
    let mut live = Live::new(flavor);
    live.apply(&read(SETUP)).unwrap();
    live.run_all(ROWS);
    let mut choices = Choices(seed);
    let (said, run) = draw_run(&mut choices, &live);
    let context = |what: &str| format!("{flavor:?}, seed {seed}, {what}\n{}", said.join(";\n"));
    let undo = live.reverse(&run);
    let rows = "SELECT COUNT(*) FROM t UNION ALL SELECT COUNT(*) FROM c";
    for (what, operations) in [("doing", run), ("undoing", undo)] {
        if !live.accepts(&operations) {
            return;
        }
        match live.apply(&operations) {
            Ok(_) => {
                let says = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| live.check_model()));
                assert!(says.is_ok(), "{}", context(what));
                assert_eq!(live.rows(rows), "2\n2", "{}", context(what));
            }
            Err(error) if ROWS_AT_FAULT.iter().any(|code| error.starts_with(code)) => return,
            Err(error) => panic!("{}\n{error}", context(what)),
        }
    }
}

#[test]
fn runs_do_what_the_model_says() {
    let cases = std::env::var("RETORT_LAW_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let first = std::env::var("RETORT_LAW_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    for seed in first..first + cases {
        FLAVORS.into_iter().for_each(|flavor| check(flavor, seed));
    }
}
