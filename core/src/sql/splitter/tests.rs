use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::split;
use crate::sql::fixtures::{ALL, BACKSLASHED, PERMISSIVE};
use crate::sql::{Syntax, TokenKind, lex};

/// Splits and shows each statement between `|` marks, or the error.
fn check(syntax: &Syntax, text: &str, expected: Expect) {
    let shown = match split(text, syntax) {
        Ok(spans) => spans.into_iter().map(|span| format!("|{}|\n", &text[span])).collect(),
        Err(error) => format!("{error}: {:?}\n", &text[error.offset..]),
    };
    expected.assert_eq(&shown);
}

#[test]
fn statements_end_at_semicolons_outside_quotes_and_comments() {
    check(
        &Syntax::PORTABLE,
        "\u{feff}-- lead\r\nSELECT ';', \"a;b\" /* ; */ ; ;\r\n/* x; /* y; */ z; */\r\nSELECT $$a;b$$, $q$ $$;$q$, E'\\';' -- ;\n;\nSELECT 1 -- last",
        expect![[r#"
            |SELECT ';', "a;b"|
            |SELECT $$a;b$$, $q$ $$;$q$, E'\';'|
            |SELECT 1|
        "#]],
    );
    check(
        &PERMISSIVE,
        "SELECT [a;b], `c;``d`, '\\'; SELECT $$; /* /* */ SELECT 2;",
        expect![[r#"
        |SELECT [a;b], `c;``d`, '\'|
        |SELECT $$|
        |SELECT 2|
    "#]],
    );
    check(
        &BACKSLASHED,
        "SELECT 'it\\'s;', \";\", 5--1; # a;\n-- b;\nSELECT 2;",
        expect![[r#"
        |SELECT 'it\'s;', ";", 5--1|
        |SELECT 2|
    "#]],
    );
}

#[test]
fn blank_scripts_have_no_statements() {
    for text in ["", "\u{feff}", " \r\n\t", ";;", "-- only\n/* comments */;"] {
        check(&Syntax::PORTABLE, text, expect![""]);
    }
}

#[test]
fn transactions_open_no_block() {
    check(
        &Syntax::PORTABLE,
        "BEGIN; SELECT 1; END; BEGIN TRANSACTION; COMMIT;",
        expect![[r#"
        |BEGIN|
        |SELECT 1|
        |END|
        |BEGIN TRANSACTION|
        |COMMIT|
    "#]],
    );
}

#[test]
fn trigger_bodies_stay_whole() {
    check(
        &PERMISSIVE,
        "CREATE TEMP TRIGGER IF NOT EXISTS begin AFTER UPDATE OF a, begin ON end
           FOR EACH ROW WHEN CASE new.begin WHEN 1 THEN 1 ELSE 0 END BEGIN
             UPDATE t SET end = CASE WHEN new.end > 1 THEN 'END;' ELSE CASE 1 WHEN 1 THEN 2 END END;
             INSERT INTO log(begin, end) VALUES (new.begin, new.end);
             -- END;
             SELECT RAISE(ABORT, 'no'); END;
         SELECT 1;
         create trigger t2 after insert on t begin select 1; end",
        expect![[r#"
            |CREATE TEMP TRIGGER IF NOT EXISTS begin AFTER UPDATE OF a, begin ON end
                       FOR EACH ROW WHEN CASE new.begin WHEN 1 THEN 1 ELSE 0 END BEGIN
                         UPDATE t SET end = CASE WHEN new.end > 1 THEN 'END;' ELSE CASE 1 WHEN 1 THEN 2 END END;
                         INSERT INTO log(begin, end) VALUES (new.begin, new.end);
                         -- END;
                         SELECT RAISE(ABORT, 'no'); END|
            |SELECT 1|
            |create trigger t2 after insert on t begin select 1; end|
        "#]],
    );
}

#[test]
fn a_statement_that_mentions_a_trigger_has_no_body() {
    check(
        &Syntax::PORTABLE,
        "DROP TRIGGER begin; CREATE TABLE trigger (begin int); ALTER TABLE x DISABLE TRIGGER begin;
         CREATE TRIGGER t AFTER INSERT ON begin FOR EACH ROW EXECUTE FUNCTION begin();
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
         CREATE FUNCTION g(x int DEFAULT CASE 1 WHEN 1 THEN 2 END) RETURNS int RETURN CASE WHEN x THEN 1 END; SELECT 2;",
        expect![[r#"
            |DROP TRIGGER begin|
            |CREATE TABLE trigger (begin int)|
            |ALTER TABLE x DISABLE TRIGGER begin|
            |CREATE TRIGGER t AFTER INSERT ON begin FOR EACH ROW EXECUTE FUNCTION begin()|
            |CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$|
            |CREATE FUNCTION g(x int DEFAULT CASE 1 WHEN 1 THEN 2 END) RETURNS int RETURN CASE WHEN x THEN 1 END|
            |SELECT 2|
        "#]],
    );
}

#[test]
fn standard_routine_bodies_stay_whole() {
    check(
        &Syntax::PORTABLE,
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a
           BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 ELSE 2 END; END;
         CREATE PROCEDURE p() BEGIN ATOMIC END; SELECT 1;
         CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; SELECT (1);); SELECT 2;",
        expect![[r#"
            |CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a
                       BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 ELSE 2 END; END|
            |CREATE PROCEDURE p() BEGIN ATOMIC END|
            |SELECT 1|
            |CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; SELECT (1);)|
            |SELECT 2|
        "#]],
    );
}

#[test]
fn compound_statements_nest() {
    check(
        &BACKSLASHED,
        "CREATE DEFINER=`trigger`@`%` PROCEDURE p(IN begin INT) COMMENT 'x;'
         outer_block: BEGIN
           DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND BEGIN ROLLBACK; RESIGNAL; END;
           IF begin > IF(1, 2, 3) THEN BEGIN SELECT 1; END; ELSEIF 2 THEN SELECT 2; ELSE SELECT 3; END IF;
           CASE begin WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE;
           again: LOOP LEAVE again; END LOOP again;
           WHILE 1 DO SET @x = CASE WHEN 1 THEN IF(1, 2, 3) ELSE REPEAT('x', 2) END; END WHILE;
           REPEAT SET @y = 1; UNTIL CASE @y WHEN 1 THEN 1 END END REPEAT;
         END outer_block;
         SELECT 1;
         CREATE DEFINER=root@localhost TRIGGER t BEFORE INSERT ON x FOR EACH ROW FOLLOWS begin
           IF NEW.end THEN SET NEW.a = 1; END IF;
         CREATE TRIGGER u BEFORE INSERT ON x FOR EACH ROW SET NEW.a = IF(NEW.b, 1, 2); SELECT 2;
         CREATE FUNCTION g() RETURNS VARCHAR(10) DETERMINISTIC IF 1 THEN RETURN 1; ELSE RETURN 2; END IF;
         CREATE PROCEDURE q() DROP TABLE IF EXISTS x; SELECT 3;
         CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM x; END;
         ALTER EVENT e DO BEGIN DELETE FROM y; END; BEGIN NOT ATOMIC SELECT 4; END; SELECT 5",
        expect![[r#"
            |CREATE DEFINER=`trigger`@`%` PROCEDURE p(IN begin INT) COMMENT 'x;'
                     outer_block: BEGIN
                       DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND BEGIN ROLLBACK; RESIGNAL; END;
                       IF begin > IF(1, 2, 3) THEN BEGIN SELECT 1; END; ELSEIF 2 THEN SELECT 2; ELSE SELECT 3; END IF;
                       CASE begin WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE;
                       again: LOOP LEAVE again; END LOOP again;
                       WHILE 1 DO SET @x = CASE WHEN 1 THEN IF(1, 2, 3) ELSE REPEAT('x', 2) END; END WHILE;
                       REPEAT SET @y = 1; UNTIL CASE @y WHEN 1 THEN 1 END END REPEAT;
                     END outer_block|
            |SELECT 1|
            |CREATE DEFINER=root@localhost TRIGGER t BEFORE INSERT ON x FOR EACH ROW FOLLOWS begin
                       IF NEW.end THEN SET NEW.a = 1; END IF|
            |CREATE TRIGGER u BEFORE INSERT ON x FOR EACH ROW SET NEW.a = IF(NEW.b, 1, 2)|
            |SELECT 2|
            |CREATE FUNCTION g() RETURNS VARCHAR(10) DETERMINISTIC IF 1 THEN RETURN 1; ELSE RETURN 2; END IF|
            |CREATE PROCEDURE q() DROP TABLE IF EXISTS x|
            |SELECT 3|
            |CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM x; END|
            |ALTER EVENT e DO BEGIN DELETE FROM y; END|
            |BEGIN NOT ATOMIC SELECT 4; END|
            |SELECT 5|
        "#]],
    );
}

#[test]
fn packages_stay_whole() {
    check(
        &BACKSLASHED,
        "CREATE PACKAGE a.p AS FUNCTION f RETURN INT; PROCEDURE q; END;
         CREATE OR REPLACE PACKAGE BODY a.p AS x INT := 0;
           FUNCTION f RETURN INT; FUNCTION f RETURN INT AS y INT; BEGIN RETURN y; END;
           PROCEDURE q IS BEGIN SELECT 1; END;
         BEGIN x := 1; END;
         SELECT 1;",
        expect![[r#"
            |CREATE PACKAGE a.p AS FUNCTION f RETURN INT; PROCEDURE q; END|
            |CREATE OR REPLACE PACKAGE BODY a.p AS x INT := 0;
                       FUNCTION f RETURN INT; FUNCTION f RETURN INT AS y INT; BEGIN RETURN y; END;
                       PROCEDURE q IS BEGIN SELECT 1; END;
                     BEGIN x := 1; END|
            |SELECT 1|
        "#]],
    );
}

#[test]
fn delimiter_lines_are_obeyed_and_dropped() {
    check(
        &BACKSLASHED,
        "DELIMITER //\r\nCREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SELECT 1; END//\r\nSELECT 2 //\r\n  delimiter $$\nSELECT '$$'; SELECT 3$$\nDELIMITER ;\nSELECT delimiter; SELECT 4;",
        expect![[r#"
            |CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SELECT 1; END|
            |SELECT 2|
            |SELECT '$$'; SELECT 3|
            |SELECT delimiter|
            |SELECT 4|
        "#]],
    );
    check(
        &BACKSLASHED,
        "DELIMITER \r\nSELECT 1",
        expect![[r#"
        missing delimiter after `DELIMITER`, begun at byte 0: "DELIMITER \r\nSELECT 1"
    "#]],
    );
    check(
        &Syntax::PORTABLE,
        "DELIMITER //\nSELECT 1;",
        expect![[r#"
        |DELIMITER //
        SELECT 1|
    "#]],
    );
}

#[test]
fn conditional_comments_are_text() {
    check(
        &BACKSLASHED,
        "/*!40101 SET x = '*/;' */; /* a; */ /*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SELECT 1; END */;
         SELECT 1 /*M! ; */;",
        expect![[r#"
            |/*!40101 SET x = '*/;' */|
            |/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SELECT 1; END */|
            |SELECT 1 /*M! ; */|
        "#]],
    );
    check(
        &BACKSLASHED,
        "SELECT 1; /*!40101 SELECT 2;",
        expect![[r#"
        unterminated comment, begun at byte 10: "/*!40101 SELECT 2;"
    "#]],
    );
}

#[test]
fn what_does_not_end_is_reported_where_it_begins() {
    let portable = &Syntax::PORTABLE;
    check(
        portable,
        "SELECT 1; SELECT 'a;",
        expect![[r#"
        unterminated string, begun at byte 17: "'a;"
    "#]],
    );
    check(
        portable,
        "SELECT 1; SELECT $a$ $$ ;",
        expect![[r#"
        unterminated dollar-quoted string, begun at byte 17: "$a$ $$ ;"
    "#]],
    );
    check(
        portable,
        "SELECT 1; SELECT \"a;",
        expect![[r#"
        unterminated quoted identifier, begun at byte 17: "\"a;"
    "#]],
    );
    check(
        portable,
        "SELECT 1; /* a /* b */ ;",
        expect![[r#"
        unterminated comment, begun at byte 10: "/* a /* b */ ;"
    "#]],
    );
    check(
        portable,
        "CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; SELECT 2;",
        expect![[r#"
        unterminated body, which needs an `END`, begun at byte 35: "BEGIN SELECT 1; SELECT 2;"
    "#]],
    );
    check(
        portable,
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2;",
        expect![[r#"
        unclosed parenthesis, begun at byte 35: "(SELECT 1; SELECT 2;"
    "#]],
    );
}

/// Pieces that mean something to the splitter, so that random sequences of
/// them reach its corners.
fn fragments() -> impl Strategy<Value = String> {
    let words = "CREATE TRIGGER PROCEDURE PACKAGE EVENT RULE DEFINER BEGIN ATOMIC NOT END IF CASE THEN ELSE DO ROW REPEAT AS x";
    let signs = "; ' \" ` [ ] \\ $$ $a$ -- # /* */ /*! // ( ) . , = @ : 1e+ $1 E' é \u{feff}";
    let words = words.split(' ').map(|word| format!("{word} "));
    let signs = signs.split(' ').map(str::to_owned);
    let spaces = ["\n", "\r", " ", "-- ", "\nDELIMITER //\n"].map(str::to_owned);
    let fragment = prop::sample::select(words.chain(signs).chain(spaces).collect::<Vec<_>>());
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn lexing_loses_nothing(text in prop_oneof![any::<String>(), fragments()]) {
        for (name, syntax) in ALL {
            let mut end = 0;
            for token in lex(&text, syntax) {
                prop_assert_eq!(token.span.start, end, "{}", name);
                prop_assert!(token.span.end > end);
                prop_assert!(text.is_char_boundary(token.span.end));
                end = token.span.end;
            }
            prop_assert_eq!(end, text.len(), "{}", name);
        }
    }

    #[test]
    fn splitting_keeps_every_token_once(text in prop_oneof![any::<String>(), fragments()]) {
        for (name, syntax) in ALL {
            let Ok(spans) = split(&text, syntax) else { continue };
            let mut end = 0;
            for span in &spans {
                prop_assert!(span.start >= end && span.end > span.start, "{}", name);
                end = span.end;
            }
            if text.to_ascii_uppercase().contains("DELIMITER") && syntax.delimiter_lines {
                continue;
            }
            for token in lex(&text, syntax).filter(|token| !token.kind.is_trivia()) {
                let inside = spans.iter().any(|s| s.start <= token.span.start && token.span.end <= s.end);
                let ends = token.kind == TokenKind::Punctuation && text[token.span.clone()] == *";";
                prop_assert!(inside || ends, "{:?} under {}", token, name);
            }
        }
    }

    #[test]
    fn a_statement_splits_into_itself(text in fragments()) {
        for (name, syntax) in ALL.iter().filter(|(_, syntax)| !syntax.delimiter_lines) {
            for span in split(&text, syntax).unwrap_or_default() {
                let statement = &text[span];
                // A byte order mark is a word unless it comes first.
                prop_assume!(!statement.starts_with('\u{feff}'));
                let again = split(statement, syntax).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(again.len(), 1, "{} under {}", statement, name);
                prop_assert_eq!(&again[0], &(0..statement.len()));
            }
        }
    }
}
