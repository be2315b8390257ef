//! What a request says of itself: its envelope, read in place, and the secret it shows.

use sha2::{Digest, Sha256};
use torque_json::{Kind, Scanner};

const COOKIE: &str = "torque_session";

/// The SHA-256 of a caller's secret.
pub(crate) type Credential = [u8; 32];

/// A plain call with an id.
pub(crate) struct Request<'a> {
    pub(crate) id: &'a str,
    pub(crate) method: &'a str,
    /// The parameters: a scanner that stands before them, and their text.
    pub(crate) params: Option<(Scanner<'a>, &'a str)>,
}

/// A plain call with an id; anything else is `None`.
pub(crate) fn read(body: &[u8], max_depth: usize) -> Option<Request<'_>> {
    let mut scanner = Scanner::new(body, max_depth).ok()?;
    if scanner.kind().ok()? != Kind::Object {
        return None;
    }
    let (mut version, mut id, mut method, mut params) = (false, None, None, None);
    let mut seen = 0u8;
    let mut more = scanner.enter().ok()?;
    while more {
        let key = scanner.key().ok()?;
        let bit = match key.raw {
            "jsonrpc" => {
                version = scanner.kind().ok()? == Kind::String && scanner.string().ok()?.raw == "2.0";
                1
            }
            "id" => {
                let start = scanner.position();
                if matches!(scanner.kind().ok()?, Kind::Array | Kind::Object | Kind::Bool) {
                    return None;
                }
                scanner.skip().ok()?;
                id = Some(scanner.since(start));
                2
            }
            "method" => {
                if scanner.kind().ok()? != Kind::String {
                    return None;
                }
                let token = scanner.string().ok()?;
                if token.escaped {
                    return None;
                }
                method = Some(token.raw);
                4
            }
            "params" => {
                if scanner.kind().ok()? != Kind::Object {
                    return None;
                }
                let (start, at) = (scanner.position(), scanner.clone());
                scanner.skip().ok()?;
                params = Some((at, scanner.since(start)));
                8
            }
            _ => return None,
        };
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
        more = scanner.more(b'}').ok()?;
    }
    scanner.end().ok()?;
    if !version || scanner.take_text_fault().is_some() {
        return None;
    }
    Some(Request { id: id?, method: method?, params })
}

/// The hash of the caller's secret; `Some(None)` without one, `None` where the slow path must look.
#[allow(clippy::option_option, reason = "three answers that are used at one place, right here")]
pub(crate) fn credential(authorization: Option<&str>, cookie: Option<&str>) -> Option<Option<Credential>> {
    if let Some(header) = authorization {
        let (scheme, token) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        return Some(Some(digest(token.trim())));
    }
    let Some(header) = cookie else { return Some(None) };
    let mut secrets = header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE).then_some(value));
    match (secrets.next(), secrets.next()) {
        (None, _) => Some(None),
        (Some(secret), None) => Some(Some(digest(secret))),
        // Which of two cookies counts is not decided here.
        (Some(_), Some(_)) => None,
    }
}

pub(crate) fn digest(secret: &str) -> Credential {
    Sha256::digest(secret.as_bytes()).into()
}
