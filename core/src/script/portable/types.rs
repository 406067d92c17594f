//! Column types.

use std::collections::BTreeMap;

use squawk_syntax::{
    SyntaxElement,
    SyntaxKind::{self, ARRAY_BOUND, ARRAY_KW, ARRAY_TYPE},
    SyntaxNode, SyntaxToken,
};

use super::{
    NamespaceMap, PortableError, PortableStatement,
    names::{
        identifier, is_quoted, parse_qualified, path, quote_always, quote_name, quote_qualified,
        too_many_parts,
    },
    walk::{Result, Walk, refuse, span, token_span, tokens},
};
use crate::{
    operation::{ColumnChange, Operation},
    schema::{Column, NamingConvention, QualifiedName, Type},
};

/// The type of a column, as a column definition writes it.
pub(super) enum ColumnType {
    /// A type.
    Plain(Type),
    /// A number that the database gives out: `SERIAL` and its sisters.
    Serial(Type),
}

/// The name in a [`Type::Native`] that is nothing but a name, and so may be
/// the name of an enum type.
pub fn native_type_name(native: &str) -> Option<QualifiedName> {
    parse_qualified(native)
}

/// Turns the native types of an operation that name an enum type into
/// [`Type::Enum`]. Within a portable block only the types that the block itself
/// creates are known; the others are resolved by the schema before it.
pub fn resolve_enum_types(operation: &mut Operation, is_enum: impl Fn(&QualifiedName) -> bool) {
    for_each_type(operation, &mut |ty| resolve(ty, &is_enum));
}

/// Replaces the native types of an operation for which the map has another,
/// by their text in lower case.
pub fn map_native_types(operation: &mut Operation, map: &BTreeMap<String, Type>) {
    for_each_type(operation, &mut |ty| {
        if let Type::Native(text) = ty
            && let Some(mapped) = map.get(&text.to_lowercase())
        {
            *ty = mapped.clone();
        }
    });
}

/// Parses a column type as portable SQL writes it.
///
/// # Errors
///
/// Fails with what is wrong with the text, or if it is more than a type.
pub fn parse_type(text: &str) -> Result<Type> {
    let wrapped = format!("CREATE TABLE t (c {text})");
    let parsed = super::parse(&wrapped, &NamespaceMap::Native, &NamingConvention::default());
    let statements = parsed.map_err(|mut errors| errors.swap_remove(0))?;
    if let [PortableStatement { operations, .. }] = statements.as_slice()
        && let [Operation::CreateTable { table, .. }] = operations.as_slice()
        && let [column] = table.columns.as_slice()
        && table.constraints.is_empty()
        && *column == Column::new("c", column.ty.clone())
    {
        return Ok(column.ty.clone());
    }
    Err(PortableError { span: 0..text.len(), message: format!("`{text}` is not a type"), hint: None })
}

/// Calls the function with each type in the operation.
pub(super) fn for_each_type(operation: &mut Operation, visit: &mut dyn FnMut(&mut Type)) {
    match operation {
        Operation::CreateTable { table, .. } => {
            for Column { ty, .. } in &mut table.columns {
                visit(ty);
            }
        }
        Operation::AddColumn { column, .. } => visit(&mut column.ty),
        Operation::AlterColumn { change, .. } => match change {
            ColumnChange::Type { ty, .. } => visit(ty),
            ColumnChange::Nullable(_)
            | ColumnChange::Default(_)
            | ColumnChange::Identity(_)
            | ColumnChange::Generated(_)
            | ColumnChange::Comment(_) => {}
        },
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => {}
    }
}

fn resolve(ty: &mut Type, is_enum: &impl Fn(&QualifiedName) -> bool) {
    match ty {
        Type::Array(element) => resolve(element, is_enum),
        Type::Native(text) => {
            if let Some(name) = parse_qualified(text).filter(is_enum) {
                *ty = Type::Enum(name);
            }
        }
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Enum(_) => {}
    }
}

/// Reads the type of a column definition.
pub(super) fn column_type(node: &SyntaxNode) -> Result<ColumnType> {
    let spelling = if node.kind() == ARRAY_TYPE { None } else { Some(Spelling::read(node)?) };
    let serial = match spelling.as_ref().map(|spelling| spelling.words.as_str()) {
        Some("smallserial" | "serial2") => Type::SmallInt,
        Some("serial" | "serial4") => Type::Integer,
        Some("bigserial" | "serial8") => Type::BigInt,
        _ => return ty(node).map(ColumnType::Plain),
    };
    Ok(ColumnType::Serial(serial))
}

/// Reads a type anywhere but in a column definition.
pub(super) fn ty(node: &SyntaxNode) -> Result<Type> {
    if node.kind() == ARRAY_TYPE {
        return array(node);
    }
    let spelling = Spelling::read(node)?;
    match named_type(&spelling.words, spelling.args.as_deref()) {
        Ok(known) => Ok(known.unwrap_or_else(|| Type::Native(spelling.native()))),
        Err(message) => Err(PortableError::new(span(node), message)),
    }
}

/// The type of these words, in lower case, with what is in its parentheses;
/// `None` if it is none that every backend knows.
///
/// # Errors
///
/// Fails if the type does not take such parentheses.
pub(crate) fn named_type(words: &str, args: Option<&[String]>) -> std::result::Result<Option<Type>, String> {
    let plain = |ty: Type| match args {
        None => Ok(ty),
        Some(_) => Err(format!("the type `{words}` takes no length")),
    };
    let sized = || match args {
        None => Ok(None),
        Some([size]) => match size.parse::<u32>() {
            Ok(size) => Ok(Some(size)),
            Err(_) => Err(format!("the length of `{words}` is a whole number")),
        },
        Some(_) => Err(format!("the type `{words}` takes one length")),
    };
    let lengths = |size: Option<u32>| match size {
        Some(0) => Err(format!("the length of `{words}` is at least 1")),
        size => Ok(size),
    };
    let needed = |size: Option<u32>| size.ok_or_else(|| format!("the type `{words}` needs a length"));
    let ty = match words {
        "smallint" | "int2" => plain(Type::SmallInt),
        "integer" | "int" | "int4" => plain(Type::Integer),
        "bigint" | "int8" => plain(Type::BigInt),
        "boolean" | "bool" => plain(Type::Boolean),
        "real" | "float4" => plain(Type::Real),
        "double precision" | "float8" => plain(Type::Double),
        "float" => match sized()? {
            None | Some(25..=53) => Ok(Type::Double),
            Some(1..=24) => Ok(Type::Real),
            Some(_) => Err("the precision of `float` is between 1 and 53".to_owned()),
        },
        "numeric" | "decimal" | "dec" => numeric(args),
        "char" | "character" | "nchar" | "national char" | "national character" => {
            Ok(Type::Char(lengths(sized()?)?.unwrap_or(1)))
        }
        "bpchar" if args.is_some() => Ok(Type::Char(needed(lengths(sized()?)?)?)),
        "varchar"
        | "character varying"
        | "char varying"
        | "national character varying"
        | "national char varying"
        | "nchar varying" => Ok(Type::VarChar(lengths(sized()?)?)),
        "text" => plain(Type::Text),
        "binary" => Ok(Type::Binary(needed(lengths(sized()?)?)?)),
        "varbinary" => Ok(Type::VarBinary(needed(lengths(sized()?)?)?)),
        "bytea" | "blob" => plain(Type::Blob),
        "date" => plain(Type::Date),
        "time" | "time without time zone" => Ok(Type::Time(sized()?)),
        "timestamp" | "timestamp without time zone" | "datetime" => Ok(Type::Timestamp(sized()?)),
        "timestamptz" | "timestamp with time zone" => Ok(Type::TimestampTz(sized()?)),
        "uuid" => plain(Type::Uuid),
        "json" => plain(Type::Json),
        "jsonb" => plain(Type::Jsonb),
        "smallserial" | "serial2" | "serial" | "serial4" | "bigserial" | "serial8" => {
            Err(format!("`{words}` is only the type of a new column"))
        }
        _ => return Ok(None),
    };
    ty.map(Some)
}

/// Reads `NUMERIC`'s precision and scale.
fn numeric(args: Option<&[String]>) -> std::result::Result<Type, String> {
    let precision = |text: &String| match text.parse() {
        Ok(precision @ 1..) => Ok(Some(precision)),
        _ => Err("the precision of `numeric` is a whole number above 0".to_owned()),
    };
    match args {
        None => Ok(Type::Numeric { precision: None, scale: None }),
        Some([digits]) => Ok(Type::Numeric { precision: precision(digits)?, scale: None }),
        Some([digits, scale]) => match scale.parse() {
            Ok(scale) => Ok(Type::Numeric { precision: precision(digits)?, scale: Some(scale) }),
            Err(_) => Err("the scale of `numeric` is a whole number".to_owned()),
        },
        Some(_) => Err("`numeric` takes a precision and a scale".to_owned()),
    }
}

/// Reads `element[]`, one level for each pair of brackets.
fn array(node: &SyntaxNode) -> Result<Type> {
    let mut walk = Walk::new(node);
    let mut array = ty(&walk.any_node()?)?;
    let mut dimensions = 0;
    let word = walk.skip(ARRAY_KW);
    while let Some(bound) = walk.node(ARRAY_BOUND) {
        if tokens(&bound).count() != 2 {
            return Err(PortableError::new(span(&bound), "the size of an array is not portable")
                .with_hint("PostgreSQL ignores it: write `[]`"));
        }
        dimensions += 1;
    }
    walk.finish()?;
    if word && dimensions == 0 {
        dimensions = 1;
    }
    for _ in 0..dimensions {
        array = Type::Array(Box::new(array));
    }
    Ok(array)
}

/// How a type is written: its name or words, and what is in its parentheses.
struct Spelling {
    /// The words of a built-in type in lower case, or the name of another.
    words: String,
    /// How much of `words` stands before the parentheses: in `time(3) with
    /// time zone` there is more behind them.
    before_args: usize,
    /// What is in the parentheses.
    args: Option<Vec<String>>,
}

impl Spelling {
    fn read(node: &SyntaxNode) -> Result<Self> {
        let mut words: Vec<String> = Vec::new();
        let mut before_args = None;
        let mut args = None;
        let mut type_path = Vec::new();
        let mut walk = Walk::new(node);
        while let Some(kind) = walk.peek() {
            match kind {
                SyntaxKind::PATH_REF => type_path = path(&walk.require(kind)?)?,
                SyntaxKind::ARG_LIST => {
                    before_args = Some(words.len());
                    args = Some(arguments(&walk.require(kind)?)?);
                }
                SyntaxKind::L_PAREN => {
                    walk.skip(kind);
                    before_args = Some(words.len());
                    args = Some(vec![walk.any_node()?.text().to_string()]);
                    walk.expect(&[SyntaxKind::R_PAREN])?;
                }
                SyntaxKind::SETOF_KW => return Err(refuse(node)),
                _ => match walk.next() {
                    Some(SyntaxElement::Token(token)) => words.push(token.text().to_ascii_lowercase()),
                    // `WITH TIME ZONE`, the fields of an interval.
                    Some(SyntaxElement::Node(child)) => {
                        words.extend(tokens(&child).map(|token| token.text().to_ascii_lowercase()));
                    }
                    None => break,
                },
            }
        }
        if !type_path.is_empty() {
            words = vec![type_name(&type_path)?];
            before_args = before_args.map(|_| 1);
        }
        let joined = words.join(" ");
        let before_args = before_args.map_or(joined.len(), |count| words[..count].join(" ").len());
        Ok(Self { words: joined, before_args, args })
    }

    /// The type as text, in one form for all ways to write it.
    fn native(&self) -> String {
        let (before, after) = self.words.split_at(self.before_args);
        match &self.args {
            Some(args) => format!("{before}({}){after}", args.join(", ")),
            None => self.words.clone(),
        }
    }
}

/// The name of a type. Only unquoted names of built-in types come out as such;
/// any other is written so that it can be read back.
fn type_name(path: &[SyntaxToken]) -> Result<String> {
    let names = path.iter().map(identifier).collect::<Result<Vec<_>>>()?;
    match (path, names.as_slice()) {
        ([token], [name]) if !is_quoted(token) => Ok(name.to_string()),
        // `"int"` is no built-in type, `int` is.
        ([_], [name]) if is_built_in(name.as_str()) => Ok(quote_always(name)),
        ([_], [name]) => Ok(quote_name(name)),
        ([_, token], [namespace, name]) if namespace.as_str() == "pg_catalog" && !is_quoted(token) => {
            Ok(name.to_string())
        }
        ([_, _], [namespace, name]) => {
            Ok(quote_qualified(&QualifiedName::qualified(namespace.clone(), name.clone())))
        }
        ([first, .., last], _) => Err(too_many_parts(token_span(first).start..token_span(last).end)),
        _ => Ok(String::new()),
    }
}

/// Whether the word is one that [`ty`] knows.
pub(super) fn is_built_in(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "bigint",
        "bigserial",
        "binary",
        "blob",
        "bool",
        "boolean",
        "bpchar",
        "bytea",
        "char",
        "character",
        "date",
        "datetime",
        "dec",
        "decimal",
        "float",
        "float4",
        "float8",
        "int",
        "int2",
        "int4",
        "int8",
        "integer",
        "json",
        "jsonb",
        "nchar",
        "numeric",
        "real",
        "serial",
        "serial2",
        "serial4",
        "serial8",
        "smallint",
        "smallserial",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "uuid",
        "varbinary",
        "varchar",
    ];
    WORDS.contains(&word)
}

/// The arguments of a type, as written.
fn arguments(list: &SyntaxNode) -> Result<Vec<String>> {
    let mut walk = Walk::new(list);
    let mut args = Vec::new();
    walk.expect(&[SyntaxKind::L_PAREN])?;
    while let Some(arg) = walk.node(SyntaxKind::ARG) {
        args.push(tokens(&arg).map(|token| token.text().to_owned()).collect::<String>());
        walk.skip(SyntaxKind::COMMA);
    }
    walk.expect(&[SyntaxKind::R_PAREN])?;
    walk.finish()?;
    Ok(args)
}
