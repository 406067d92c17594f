//! Laws over generated trees and texts.

use proptest::prelude::*;

use super::*;
use crate::schema::Type;

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        4 => "[a-d]".prop_map(Name::new),
        1 => prop_oneof![
            Just("select"), Just("Weird col"), Just("a\"b`c"), Just("date"), Just("é"), Just("LEFT"), Just("_x1"),
        ]
        .prop_map(Name::from),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    prop_oneof![
        Just(Type::Integer),
        Just(Type::Text),
        Just(Type::Date),
        Just(Type::Timestamp(Some(3))),
        Just(Type::VarChar(Some(5))),
        Just(Type::Numeric { precision: Some(10), scale: Some(2) }),
    ]
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        3 => name().prop_map(Expr::column),
        1 => (name(), name()).prop_map(|(table, column)| Expr::Column(vec![table, column])),
        1 => prop_oneof![Just("1"), Just("2.50"), Just("1e-5")].prop_map(|text| Expr::Number(text.to_owned())),
        1 => "['\\\\a%_\n]{0,3}".prop_map(Expr::String),
        1 => any::<bool>().prop_map(Expr::Boolean),
        1 => Just(Expr::Null),
        1 => Just(Expr::Hex("00ff".to_owned())),
        1 => Just(Expr::Keyword { word: "CURRENT_TIMESTAMP".to_owned(), precision: Some(3) }),
    ]
}

/// Operators that all dialects have.
fn common_operator() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    prop_oneof![
        Just(Equal),
        Just(NotEqual),
        Just(Less),
        Just(GreaterEqual),
        Just(Plus),
        Just(Minus),
        Just(Multiply),
        Just(Divide),
        Just(Modulo),
        Just(BitAnd),
        Just(BitOr),
        Just(BitXor),
        Just(ShiftLeft),
        Just(NotDistinct),
    ]
}

fn operator(dialect: &Dialect) -> BoxedStrategy<BinaryOp> {
    use BinaryOp::*;
    if dialect.word_operators {
        prop_oneof![4 => common_operator(), 1 => prop_oneof![Just(IntDivide), Just(Xor), Just(MemberOf)]]
            .boxed()
    } else {
        let own = prop_oneof![
            Just(Power),
            Just(JsonGet),
            Just(JsonGetText),
            Just(Distinct),
            Just(Other("@>".to_owned())),
        ];
        prop_oneof![4 => common_operator(), 1 => own].boxed()
    }
}

/// Trees of what a dialect can say.
fn tree(dialect: &'static Dialect) -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 40, 3, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let list = |least: usize| prop::collection::vec(inner.clone(), least..4);
        let standard = dialect.symbol_operators;
        let only = move |expr: Expr, is_known: bool| if is_known { expr } else { Expr::Null };
        prop_oneof![
            3 => (operator(dialect), boxed(), boxed()).prop_map(|(op, left, right)| Expr::Binary { op, left, right }),
            1 => list(2).prop_map(Expr::and),
            1 => list(2).prop_map(Expr::or),
            1 => list(2).prop_map(move |list| only(Expr::concat(list), standard)),
            1 => inner.clone().prop_map(Expr::not),
            1 => (prop_oneof![Just(UnaryOp::Minus), Just(UnaryOp::BitNot)], boxed())
                .prop_map(|(op, operand)| Expr::Unary { op, operand }),
            1 => (boxed(), prop_oneof![Just(Test::Null), Just(Test::True), Just(Test::Unknown)], any::<bool>())
                .prop_map(|(operand, test, negated)| Expr::Is { operand, test, negated }),
            1 => (boxed(), boxed(), boxed(), any::<bool>()).prop_map(move |(operand, low, high, negated)| {
                Expr::Between { operand, low, high, symmetric: standard && negated, negated }
            }),
            1 => (boxed(), list(1), any::<bool>())
                .prop_map(|(operand, list, negated)| Expr::In { operand, list, negated }),
            1 => (boxed(), boxed(), prop::option::of(boxed()), any::<bool>()).prop_map(
                |(operand, pattern, escape, negated)| {
                    Expr::Like { kind: PatternKind::Like, operand, pattern, escape, negated }
                }
            ),
            1 => (prop::option::of(boxed()), prop::collection::vec((inner.clone(), inner.clone()), 1..3), prop::option::of(boxed()))
                .prop_map(|(operand, arms, otherwise)| Expr::Case { operand, arms, otherwise }),
            1 => (inner.clone(), ty()).prop_map(|(operand, ty)| Expr::cast(operand, ty)),
            1 => (boxed(), name()).prop_map(|(operand, name)| Expr::Collate { operand, collation: vec![name] }),
            1 => list(0).prop_map(|list| Expr::call("f", list)),
            1 => (boxed(), boxed()).prop_map(|(needle, haystack)| Expr::Position { needle, haystack }),
            1 => boxed().prop_map(|operand| Expr::Extract { field: "year".to_owned(), operand }),
            1 => (boxed(), prop::option::of(boxed())).prop_map(|(operand, characters)| {
                Expr::Trim { side: TrimSide::Both, characters, operand }
            }),
            1 => list(2).prop_map(Expr::Row),
            1 => list(0).prop_map(move |list| only(Expr::Array(list), standard)),
            1 => (boxed(), boxed()).prop_map(move |(operand, zone)| only(Expr::AtTimeZone { operand, zone }, standard)),
            1 => (boxed(), boxed()).prop_map(move |(operand, index)| {
                only(Expr::Subscript { operand, index: Some(index), slice: None }, standard)
            }),
            1 => (boxed(), boxed()).prop_map(move |(left, right)| {
                only(Expr::Quantified { left, op: BinaryOp::Equal, all: false, right }, standard)
            }),
            1 => boxed().prop_map(move |amount| {
                only(Expr::Interval { amount, unit: "day".to_owned() }, dialect.interval_units)
            }),
        ]
    })
}

static PORTABLE: Dialect = Dialect::PORTABLE;
static MYSQL_STATIC: Dialect = MYSQL;

proptest! {
    #[test]
    fn what_is_written_is_read_back(expr in tree(&PORTABLE)) {
        for text in [canonical(&expr), write(&expr, &PORTABLE)] {
            prop_assert_eq!(parse(&text, &PORTABLE), Ok(expr.clone()), "{}", text);
        }
    }

    #[test]
    fn what_is_written_for_mysql_is_read_back(expr in tree(&MYSQL_STATIC)) {
        let text = write(&expr, &MYSQL);
        prop_assert_eq!(parse(&text, &MYSQL), Ok(expr.clone()), "{}", text);
    }

    #[test]
    fn portable_text_groups_the_same_under_all_precedences(expr in tree(&PORTABLE)) {
        let text = canonical(&expr);
        for precedence in [Precedence::MYSQL, Precedence::SQLITE] {
            let dialect = Dialect { precedence, ..Dialect::PORTABLE };
            prop_assert_eq!(parse(&text, &dialect), Ok(expr.clone()), "{}", text);
        }
    }

    #[test]
    fn no_text_panics_and_forms_are_stable(
        text in r#"([a-c(),.:;'"\[\]`*/ +~@|$<>=!&-]|CAST\(|AS |int|E'|::|x\(|position\(| IN | AND | NOT | IS |CASE WHEN | THEN | END|NULL|é|\\|0){0,30}"#
    ) {
        for dialect in [&PORTABLE, &MYSQL] {
            if let Ok(expr) = parse(&text, dialect) {
                let form = write(&expr, dialect);
                let again = parse(&form, dialect);
                prop_assert_eq!(again.as_ref(), Ok(&expr), "{}", form);
                if std::ptr::eq(dialect, &PORTABLE) {
                    let form = canonical(&expr);
                    prop_assert_eq!(parse(&form, dialect).map(|expr| canonical(&expr)), Ok(form));
                }
            }
        }
    }
}
