//! Walking a syntax node so that nothing in it is passed over.

use std::{
    iter::{Peekable, successors},
    ops::Range,
    vec,
};

use squawk_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

use super::PortableError;

/// The result of reading a part of a statement.
pub(super) type Result<T> = std::result::Result<T, PortableError>;

/// The children of one node, in order and without white space and comments.
///
/// The reader of a node takes the children that it knows and then calls
/// [`finish`](Self::finish), which refuses whatever is left: a clause that
/// Retort doesn't know is an error, never ignored.
pub(super) struct Walk {
    elements: Peekable<vec::IntoIter<SyntaxElement>>,
    end: usize,
}

impl Walk {
    /// Starts at the first child.
    pub(super) fn new(node: &SyntaxNode) -> Self {
        let elements: Vec<_> =
            node.children_with_tokens().filter(|element| !element.kind().is_trivia()).collect();
        Self { elements: elements.into_iter().peekable(), end: span(node).end }
    }

    /// What kind the next child is.
    pub(super) fn peek(&mut self) -> Option<SyntaxKind> {
        self.elements.peek().map(SyntaxElement::kind)
    }

    /// Takes the next child, whatever it is.
    pub(super) fn next(&mut self) -> Option<SyntaxElement> {
        self.elements.next()
    }

    /// Takes the next child if it is of this kind, and says whether it was.
    pub(super) fn skip(&mut self, kind: SyntaxKind) -> bool {
        self.elements.next_if(|element| element.kind() == kind).is_some()
    }

    /// Takes the next child if it is a node of this kind.
    pub(super) fn node(&mut self, kind: SyntaxKind) -> Option<SyntaxNode> {
        self.elements.next_if(|element| element.kind() == kind).and_then(SyntaxElement::into_node)
    }

    /// Takes the next child, which must be a node of this kind.
    pub(super) fn require(&mut self, kind: SyntaxKind) -> Result<SyntaxNode> {
        match self.node(kind) {
            Some(node) => Ok(node),
            None => Err(self.unexpected()),
        }
    }

    /// Takes the next child, which must be a node of any kind: an expression,
    /// a type or a query.
    pub(super) fn any_node(&mut self) -> Result<SyntaxNode> {
        match self.elements.next_if(|element| element.as_node().is_some()).and_then(SyntaxElement::into_node)
        {
            Some(node) => Ok(node),
            None => Err(self.unexpected()),
        }
    }

    /// Takes the next children, which must be tokens or nodes of these kinds.
    pub(super) fn expect(&mut self, kinds: &[SyntaxKind]) -> Result<()> {
        for &kind in kinds {
            if !self.skip(kind) {
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    /// Refuses whatever has not been taken.
    pub(super) fn finish(mut self) -> Result<()> {
        match self.elements.peek() {
            Some(_) => Err(self.unexpected()),
            None => Ok(()),
        }
    }

    /// The error for the next child.
    pub(super) fn unexpected(&mut self) -> PortableError {
        match self.elements.peek() {
            Some(SyntaxElement::Node(node)) => refuse(node),
            Some(SyntaxElement::Token(token)) => {
                PortableError::not_portable(token_span(token), &format!("`{}`", token.text()))
            }
            None => PortableError::new(self.end..self.end, "the statement is incomplete"),
        }
    }
}

/// The error for a part of a statement that is outside portable SQL.
pub(super) fn refuse(node: &SyntaxNode) -> PortableError {
    PortableError::not_portable(span(node), &format!("`{}`", excerpt(node)))
}

/// The tokens of a node, without white space and comments.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.descendants_with_tokens()
        .filter_map(SyntaxElement::into_token)
        .filter(|token| !token.kind().is_trivia())
}

/// Where a node is, without white space and comments at its ends.
pub(super) fn span(node: &SyntaxNode) -> Range<usize> {
    let whole: Range<usize> = node.text_range().into();
    let is_trivia = |token: &SyntaxToken| token.kind().is_trivia();
    let start = successors(node.first_token(), SyntaxToken::next_token).find(|token| !is_trivia(token));
    let end = successors(node.last_token(), SyntaxToken::prev_token).find(|token| !is_trivia(token));
    match (start, end) {
        (Some(start), Some(end)) if token_span(&start).start < whole.end => {
            token_span(&start).start..token_span(&end).end
        }
        _ => whole,
    }
}

/// Where a token is.
pub(super) fn token_span(token: &SyntaxToken) -> Range<usize> {
    token.text_range().into()
}

/// The text of a node on one line, cut where it gets long.
fn excerpt(node: &SyntaxNode) -> String {
    const LIMIT: usize = 40;

    let mut excerpt = String::new();
    let mut end = None;
    for token in tokens(node) {
        let span = token_span(&token);
        if end.is_some_and(|end| end < span.start) {
            excerpt.push(' ');
        }
        if excerpt.len() + token.text().len() > LIMIT {
            excerpt.push('…');
            break;
        }
        excerpt.push_str(token.text());
        end = Some(span.end);
    }
    excerpt
}
