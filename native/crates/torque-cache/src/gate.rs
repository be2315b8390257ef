//! A whole request, answered from the cache.
//!
//! The order is that of every request: who calls (the identity of *this* request, always), for which application, in
//! which permission class, and only then the key. What the gate knows of identities and applications was told by the
//! slow path together with the generations it depends on, and counts only while these stand.
//!
//! Keys are `class, length of method, method, application, parameters`. Only the slow path writes answers, under the
//! key of [`Gate::key`], so a request that the gate reads differently from the slow path can only miss.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use torque_json::{JsonError, Kind, Scanner, canonical};

use crate::generations::{Generations, Stamp, monotonic, wall_clock};
use crate::store::ResultCache;

/// More callers or applications than this at once are not remembered: the maps begin anew.
const REMEMBERED: usize = 1 << 16;
const COOKIE: &str = "torque_session";

type Credential = [u8; 32];

struct Application {
    id: Arc<str>,
    identities: HashMap<Credential, Identity>,
    anonymous: Option<Identity>,
}

struct Identity {
    class: u32,
    /// Wall clock in nanoseconds.
    expires: u64,
    stamp: Stamp,
}

#[derive(Default)]
struct State {
    /// Names and ids.
    references: HashMap<Box<str>, (Arc<str>, Stamp)>,
    applications: HashMap<Arc<str>, Application>,
    identities: usize,
    cacheable: HashSet<Box<str>>,
    key: Vec<u8>,
    params: Vec<u8>,
}

/// The pieces of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The JSON of the request's id.
    pub id: &'a str,
    /// The JSON of the result.
    pub result: Arc<[u8]>,
}

/// The gate of a worker.
pub struct Gate {
    cache: Arc<ResultCache>,
    max_depth: usize,
    state: Mutex<State>,
}

struct Request<'a> {
    id: &'a str,
    method: &'a str,
    params: Option<Scanner<'a>>,
}

impl Gate {
    /// A gate that knows nobody yet.
    #[must_use]
    pub fn new(cache: Arc<ResultCache>, max_depth: usize) -> Self {
        Self { cache, max_depth, state: Mutex::new(State::default()) }
    }

    fn generations(&self) -> &Generations {
        self.cache.generations()
    }

    /// Tells the id of the application that a name or id means.
    pub fn set_application(&self, reference: &str, application: &str, stamp: Stamp) {
        let mut state = self.state.lock();
        if state.references.len() >= REMEMBERED {
            state.references.clear();
        }
        state.references.insert(reference.into(), (application.into(), stamp));
    }

    /// Tells the permission class of a caller in an application; an empty credential is everybody without one.
    ///
    /// Returns false for a credential that is neither empty nor 32 bytes long.
    #[must_use]
    pub fn set_identity(
        &self,
        credential: &[u8],
        application: &str,
        class: u32,
        expires_at: Option<f64>,
        stamp: Stamp,
    ) -> bool {
        #[allow(clippy::cast_sign_loss, reason = "a time before 1970 saturates to zero and has expired")]
        let expires = expires_at.map_or(u64::MAX, |seconds| (seconds * 1e9) as u64);
        let identity = Identity { class, expires, stamp };
        let mut state = self.state.lock();
        if state.identities >= REMEMBERED {
            state.applications.clear();
            state.identities = 0;
        }
        state.identities += 1;
        let id: Arc<str> = application.into();
        let known = state.applications.entry(Arc::clone(&id)).or_insert_with(|| Application {
            id,
            identities: HashMap::new(),
            anonymous: None,
        });
        if credential.is_empty() {
            known.anonymous = Some(identity);
            return true;
        }
        let Ok(credential) = Credential::try_from(credential) else { return false };
        known.identities.insert(credential, identity);
        true
    }

    /// Tells which methods have answers in the cache.
    pub fn set_cacheable(&self, methods: &[&str]) {
        self.state.lock().cacheable = methods.iter().map(|&method| method.into()).collect();
    }

    /// The key of an answer.
    pub fn key(
        &self,
        application: &str,
        class: u32,
        method: &str,
        params: &[u8],
    ) -> Result<Vec<u8>, JsonError> {
        let mut canonical_params = Vec::with_capacity(params.len());
        let mut scanner = Scanner::new(params, self.max_depth)?;
        canonical(&mut scanner, &mut canonical_params)?;
        scanner.end()?;
        let mut key = Vec::with_capacity(params.len() + 64);
        write_key(&mut key, application, class, method, &canonical_params);
        Ok(key)
    }

    /// The pieces of the answer to a request, if the cache holds it and this caller may have it.
    #[must_use]
    pub fn answer<'a>(
        &self,
        body: &'a [u8],
        authorization: Option<&str>,
        cookie: Option<&str>,
        application: Option<&str>,
    ) -> Option<Hit<'a>> {
        let request = read(body, self.max_depth)?;
        let mut guard = self.state.lock();
        let state = &mut *guard;
        if !state.cacheable.contains(request.method) {
            return None;
        }
        state.params.clear();
        let mut named = None;
        if let Some(mut scanner) = request.params {
            let found = canonical(&mut scanner, &mut state.params).ok()?;
            if found.odd || scanner.take_text_fault().is_some() {
                return None;
            }
            named = found.app;
        } else {
            state.params.extend_from_slice(b"{}");
        }
        let reference = match (application, named) {
            (Some(reference), None) => reference,
            (None, Some(token)) if !token.escaped => token.raw,
            _ => return None,
        };
        let now = monotonic();
        let (id, stamp) = state.references.get(reference)?;
        if !self.generations().is_current_at(stamp, now) {
            return None;
        }
        let known = state.applications.get(id)?;
        let identity = match credential(authorization, cookie)? {
            Some(credential) => known.identities.get(&credential)?,
            None => known.anonymous.as_ref()?,
        };
        if identity.expires <= wall_clock() || !self.generations().is_current_at(&identity.stamp, now) {
            return None;
        }
        state.key.clear();
        write_key(&mut state.key, &known.id, identity.class, request.method, &state.params);
        let result = self.cache.get_at(&state.key, now)?;
        Some(Hit { id: request.id, result })
    }
}

fn write_key(key: &mut Vec<u8>, application: &str, class: u32, method: &str, params: &[u8]) {
    key.extend_from_slice(&class.to_le_bytes());
    key.extend_from_slice(&(method.len() as u32).to_le_bytes());
    key.extend_from_slice(method.as_bytes());
    key.extend_from_slice(&(application.len() as u32).to_le_bytes());
    key.extend_from_slice(application.as_bytes());
    key.extend_from_slice(params);
}

/// A plain call with an id; anything else is `None`.
fn read(body: &[u8], max_depth: usize) -> Option<Request<'_>> {
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
                method = Some(scanner.string().ok()?.raw);
                4
            }
            "params" => {
                if scanner.kind().ok()? != Kind::Object {
                    return None;
                }
                params = Some(scanner.clone());
                scanner.skip().ok()?;
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
fn credential(authorization: Option<&str>, cookie: Option<&str>) -> Option<Option<Credential>> {
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

fn digest(secret: &str) -> Credential {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        br#"{"jsonrpc":"2.0","method":"getEntity","params":{"entityId":"e","entityType":"todo"},"id":"a-1"}"#;

    fn gate() -> Gate {
        let generations = Arc::new(Generations::private(1024).unwrap());
        let cache = Arc::new(ResultCache::new(generations, 1 << 20, 100, 60.0));
        let gate = Gate::new(cache, 16);
        gate.set_cacheable(&["getEntity"]);
        let stamp = gate.generations().read(&[1]);
        gate.set_application("todo", "app-1", stamp.clone());
        assert!(gate.set_identity(&digest("tq_secret"), "app-1", 5, None, stamp.clone()));
        assert!(gate.set_identity(b"", "app-1", 6, None, stamp));
        gate
    }

    fn store(gate: &Gate, class: u32, params: &[u8], result: &[u8]) {
        let key = gate.key("app-1", class, "getEntity", params).unwrap();
        gate.cache.put(&key, result, gate.generations().read(&[2]), None);
    }

    fn bearer(gate: &Gate, body: &[u8]) -> Option<Vec<u8>> {
        gate.answer(body, Some("Bearer tq_secret"), None, Some("todo")).map(|hit| hit.result.to_vec())
    }

    #[test]
    fn a_cached_answer_is_found_whatever_the_order_of_parameters() {
        let gate = gate();
        store(&gate, 5, br#"{ "entityType":"todo", "entityId":"e" }"#, b"{}");
        let hit = gate.answer(BODY, Some("bearer tq_secret"), None, Some("todo")).unwrap();
        assert_eq!((hit.id, &*hit.result), ("\"a-1\"", &b"{}"[..]));
    }

    #[test]
    fn every_caller_gets_the_answer_of_his_own_class() {
        let gate = gate();
        let params = br#"{"entityType":"todo","entityId":"e"}"#;
        store(&gate, 5, params, b"5");
        assert_eq!(gate.answer(BODY, None, None, Some("todo")), None, "nothing for the anonymous class");
        store(&gate, 6, params, b"6");
        let anonymous = |cookie| gate.answer(BODY, None, cookie, Some("todo")).map(|hit| hit.result.to_vec());
        assert_eq!(anonymous(None).unwrap(), b"6");
        assert_eq!(anonymous(Some("other=1")).unwrap(), b"6");
        assert_eq!(anonymous(Some("a=b; torque_session=tq_secret")).unwrap(), b"5");
        assert_eq!(anonymous(Some("torque_session=wrong")), None);
        assert_eq!(anonymous(Some("torque_session=tq_secret; torque_session=x")), None);
        assert_eq!(gate.answer(BODY, Some("Bearer wrong"), None, Some("todo")), None);
        assert_eq!(gate.answer(BODY, Some("Basic abc"), None, Some("todo")), None);
    }

    #[test]
    fn identity_application_and_answer_each_end_with_their_generations() {
        for slot in [1, 2] {
            let gate = gate();
            store(&gate, 5, br#"{"entityType":"todo","entityId":"e"}"#, b"1");
            assert!(bearer(&gate, BODY).is_some());
            gate.generations().bump(&[slot]);
            assert!(bearer(&gate, BODY).is_none());
        }
    }

    #[test]
    fn an_expired_identity_is_not_answered() {
        let gate = gate();
        store(&gate, 5, br#"{"entityType":"todo","entityId":"e"}"#, b"1");
        let stamp = gate.generations().read(&[]);
        assert!(gate.set_identity(&digest("tq_secret"), "app-1", 5, Some(1.0), stamp));
        assert!(bearer(&gate, BODY).is_none());
    }

    #[test]
    fn the_application_may_be_named_by_path_or_parameter_but_not_by_both() {
        let gate = gate();
        store(&gate, 6, br#"{"entityId":"e"}"#, b"1");
        let named =
            br#"{"jsonrpc":"2.0","method":"getEntity","params":{"app":"todo","entityId":"e"},"id":1}"#;
        assert!(gate.answer(named, None, None, None).is_some());
        assert!(gate.answer(named, None, None, Some("todo")).is_none());
        let unnamed = br#"{"jsonrpc":"2.0","method":"getEntity","params":{"entityId":"e"},"id":1}"#;
        assert!(gate.answer(unnamed, None, None, Some("todo")).is_some());
        assert!(gate.answer(unnamed, None, None, None).is_none());
    }

    #[test]
    fn whatever_is_unusual_is_left_to_the_slow_path() {
        let gate = gate();
        store(&gate, 6, br#"{"a":1}"#, b"1");
        let answer =
            |body: &str| gate.answer(body.as_bytes(), None, None, Some("todo")).map(|hit| hit.result);
        assert!(answer(r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":1}"#).is_some());
        for body in [
            r#"[{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":1}]"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1}}"#,
            r#"{"jsonrpc":"1.0","method":"getEntity","params":{"a":1},"id":1}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":1,"id":2}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":1,"x":2}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":[1]}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":1} x"#,
            r#"{"jsonrpc":"2.0","method":"other","params":{"a":1},"id":1}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1,"\u0061":1},"id":1}"#,
            r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":1},"id":"\u0000"}"#,
        ] {
            assert!(answer(body).is_none(), "{body}");
        }
    }
}
