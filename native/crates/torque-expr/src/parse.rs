//! From text to tree, by the precedence of JavaScript.

use crate::calls::{Function, Method};
use crate::lex::{Lexer, Token};
use crate::tree::{Binary, Logical, Node, Unary};
use crate::value::Value;
use crate::words::{Operator, RESERVED, constant_of, operator_of};
use crate::{MAX_SOURCE, SyntaxError};

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 1000;

/// Parses a text; answers the tree and the places of the names it speaks of.
pub(crate) fn parse(source: &str, names: &[&str]) -> Result<(Node, Vec<usize>), SyntaxError> {
    if source.len() > MAX_SOURCE {
        let message = format!("An expression has at most {MAX_SOURCE} characters");
        return Err(SyntaxError { message, at: MAX_SOURCE });
    }
    let mut lexer = Lexer::new(source);
    let (token, at) = lexer.next()?;
    let mut parser = Parser { lexer, names, token, at, depth: 0, nodes: 0, uses: Vec::new(), bare: None };
    let root = parser.choice()?;
    if parser.token != Token::End {
        return parser.unexpected();
    }
    parser.uses.sort_unstable();
    parser.uses.dedup();
    Ok((root, parser.uses))
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    names: &'a [&'a str],
    token: Token,
    at: usize,
    depth: usize,
    nodes: usize,
    uses: Vec<usize>,
    /// Whether what was parsed last is `??` (true), `&&` or `||` (false) outside of brackets.
    bare: Option<bool>,
}

type Parsed = Result<Node, SyntaxError>;

impl Parser<'_> {
    fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError { message: message.into(), at: self.at })
    }

    fn unexpected<T>(&self) -> Result<T, SyntaxError> {
        match &self.token {
            Token::End => self.error("The expression ends too early"),
            Token::Sign(sign) => self.error(format!("'{sign}' has no place here")),
            Token::Word(word) => self.error(format!("'{word}' has no place here")),
            _ => self.error("This has no place here"),
        }
    }

    fn advance(&mut self) -> Result<Token, SyntaxError> {
        let (token, at) = self.lexer.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    fn take(&mut self, sign: &str) -> Result<bool, SyntaxError> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.take(sign)? { Ok(()) } else { self.unexpected() }
    }

    fn made(&mut self, node: Node) -> Parsed {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.error(format!("An expression has at most {MAX_NODES} parts"));
        }
        Ok(node)
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error(format!("An expression is nested at most {MAX_DEPTH} deep"));
        }
        let node = inner(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn choice(&mut self) -> Parsed {
        self.deeper(|this| {
            let test = this.binary(0)?;
            if !this.take("?")? {
                return Ok(test);
            }
            let then = this.choice()?;
            this.expect(":")?;
            let otherwise = this.choice()?;
            this.made(Node::Choice(Box::new([test, then, otherwise])))
        })
    }

    /// Operators of at least this precedence. A long row of them nests to the left, so each counts as a level.
    fn binary(&mut self, least: u8) -> Parsed {
        let entry = self.depth;
        let signed = matches!(self.token, Token::Sign("-" | "+" | "!" | "~"))
            || matches!(&self.token, Token::Word(word) if word == "typeof");
        let mut left = self.unary()?;
        let mut mixed = None;
        while let Token::Sign(sign) = self.token {
            let Some((precedence, operator)) = operator_of(sign).filter(|(found, _)| *found >= least) else {
                break;
            };
            if operator == Operator::Binary(Binary::Power) && signed {
                return self.error("A sign before '**' needs brackets");
            }
            if let Operator::Logical(logical) = operator {
                let group = logical == Logical::Coalesce;
                if mixed.replace(group).is_some_and(|before| before != group) {
                    return self.error("'??' beside '&&' or '||' needs brackets");
                }
            }
            self.advance()?;
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return self.error(format!("An expression is nested at most {MAX_DEPTH} deep"));
            }
            let level = if operator == Operator::Binary(Binary::Power) { precedence } else { precedence + 1 };
            let right = self.binary(level)?;
            if let Operator::Logical(logical) = operator
                && self.bare.is_some_and(|within| within != (logical == Logical::Coalesce))
            {
                return self.error("'??' beside '&&' or '||' needs brackets");
            }
            left = self.made(match operator {
                Operator::Binary(binary) => Node::Binary(binary, Box::new([left, right])),
                Operator::Logical(logical) => Node::Logical(logical, Box::new([left, right])),
            })?;
        }
        self.depth = entry;
        self.bare = mixed;
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let operator = match &self.token {
            Token::Sign("!") => Unary::Not,
            Token::Sign("-") => Unary::Minus,
            Token::Sign("+") => Unary::Plus,
            Token::Sign("~") => Unary::BitNot,
            Token::Word(word) if word == "typeof" => Unary::TypeOf,
            _ => return self.postfix(),
        };
        self.advance()?;
        let value = self.deeper(Self::unary)?;
        self.made(Node::Unary(operator, Box::new(value)))
    }

    fn postfix(&mut self) -> Parsed {
        let mut node = self.primary()?;
        let (entry, mut chained) = (self.depth, false);
        loop {
            let optional = self.is("?.");
            if optional || self.is(".") {
                self.advance()?;
                chained |= optional;
                node = if optional && self.is("[") {
                    self.index(node, true)?
                } else {
                    self.member(node, optional)?
                };
            } else if self.is("[") {
                node = self.index(node, false)?;
            } else {
                self.depth = entry;
                return if chained { self.made(Node::Chain(Box::new(node))) } else { Ok(node) };
            }
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return self.error(format!("An expression is nested at most {MAX_DEPTH} deep"));
            }
        }
    }

    fn index(&mut self, object: Node, optional: bool) -> Parsed {
        self.expect("[")?;
        let index = Box::new(self.choice()?);
        self.expect("]")?;
        self.made(Node::Index { object: Box::new(object), index, optional })
    }

    fn member(&mut self, object: Node, optional: bool) -> Parsed {
        let Token::Word(name) = self.token.clone() else { return self.unexpected() };
        let at = self.at;
        self.advance()?;
        let object = Box::new(object);
        if !self.is("(") {
            return self.made(Node::Member { object, name: name.encode_utf16().collect(), optional });
        }
        let Some(method) = Method::named(&name) else {
            return Err(SyntaxError { message: format!("There is no function '{name}' here"), at });
        };
        let args = self.args()?;
        self.made(Node::Method { object, method, optional, args })
    }

    fn args(&mut self) -> Result<Vec<Node>, SyntaxError> {
        self.expect("(")?;
        self.listed(")")
    }

    fn listed(&mut self, close: &str) -> Result<Vec<Node>, SyntaxError> {
        let mut items = Vec::new();
        while !self.take(close)? {
            items.push(self.choice()?);
            if !self.is(close) {
                self.expect(",")?;
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Parsed {
        if self.token == Token::Template {
            return self.template();
        }
        let at = self.at;
        match self.advance()? {
            Token::Number(number) => self.made(Node::Constant(Value::Number(number))),
            Token::Text(text) => self.made(Node::Constant(Value::Text(text.into()))),
            Token::Word(word) => self.word(&word, at),
            Token::Sign("(") => {
                let inner = self.choice()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => {
                let items = self.listed("]")?;
                self.made(Node::List(items))
            }
            Token::End | Token::Template => {
                Err(SyntaxError { message: "The expression ends too early".to_owned(), at })
            }
            Token::Sign(sign) => Err(SyntaxError { message: format!("'{sign}' has no place here"), at }),
        }
    }

    /// The lexer stands behind the back quote, and again behind each closing brace.
    fn template(&mut self) -> Parsed {
        let (mut texts, mut values) = (Vec::new(), Vec::new());
        loop {
            let (text, more) = self.lexer.template_part()?;
            texts.push(text.into());
            (self.token, self.at) = self.lexer.next()?;
            if !more {
                return self.made(Node::Template(texts, values));
            }
            values.push(self.choice()?);
            if !self.is("}") {
                return self.unexpected();
            }
        }
    }

    fn word(&mut self, word: &str, at: usize) -> Parsed {
        if let Some(constant) = constant_of(word) {
            return self.made(Node::Constant(constant));
        }
        let error = |message: String| Err(SyntaxError { message, at });
        if RESERVED.contains(&word) {
            return error(format!("'{word}' is no name in an expression; write record.{word} for a field"));
        }
        if let Some(place) = self.names.iter().position(|name| *name == word) {
            self.uses.push(place);
            return self.made(Node::Name(place));
        }
        match word {
            "undefined" => return self.made(Node::Constant(Value::Undefined)),
            "NaN" => return self.made(Node::Constant(Value::Number(f64::NAN))),
            "Infinity" => return self.made(Node::Constant(Value::Number(f64::INFINITY))),
            _ => {}
        }
        if word == "record" && self.is(".") {
            return self.of_record();
        }
        let mut name = word.to_owned();
        if matches!(word, "Math" | "Number") && self.take(".")? {
            let Token::Word(member) = self.advance()? else { return self.unexpected() };
            name = format!("{word}.{member}");
        }
        match Function::named(&name) {
            Some(function) if self.is("(") => {
                let args = self.args()?;
                self.made(Node::Call(function, args))
            }
            Some(_) => error(format!("'{name}' is a function and needs brackets")),
            None => error(format!("There is no '{name}' here")),
        }
    }

    /// `record.class` is the field `class`, whose name alone would be a word of the language.
    fn of_record(&mut self) -> Parsed {
        self.advance()?;
        let at = self.at;
        match self.advance()? {
            Token::Word(name) => match self.names.iter().position(|known| *known == name) {
                Some(place) => {
                    self.uses.push(place);
                    self.made(Node::Name(place))
                }
                None => Err(SyntaxError { message: format!("There is no '{name}' here"), at }),
            },
            _ => Err(SyntaxError { message: "A field's name is missing".to_owned(), at }),
        }
    }
}
