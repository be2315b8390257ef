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
use torque_json::{JsonError, Scanner, canonical};

use crate::generations::{Generations, Stamp, monotonic, wall_clock};
use crate::request::{Credential, Request, credential, read};
use crate::store::ResultCache;

/// More callers or applications than this at once are not remembered: the maps begin anew.
pub const REMEMBERED: usize = 1 << 16;

struct Application<K> {
    id: Arc<str>,
    identities: HashMap<Credential, Identity<K>>,
    anonymous: Option<Identity<K>>,
}

struct Identity<K> {
    class: u32,
    /// Wall clock in nanoseconds.
    expires: u64,
    stamp: Stamp,
    known: K,
}

struct State<K> {
    /// Names and ids.
    references: HashMap<Box<str>, (Arc<str>, Stamp)>,
    applications: HashMap<Arc<str>, Application<K>>,
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

/// A call of somebody known, for which the cache has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss<'a, K> {
    /// The JSON of the request's id.
    pub id: &'a str,
    /// The method.
    pub method: &'a str,
    /// The JSON of the parameters.
    pub params: &'a str,
    /// What the slow path told of this caller in this application.
    pub known: K,
    /// Where an answer would be kept, for methods that have answers in the cache.
    pub key: Option<Vec<u8>>,
}

/// What the gate can say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened<'a, K> {
    /// Its answer.
    Hit(Hit<'a>),
    /// Who asks for what.
    Miss(Miss<'a, K>),
}

/// The gate of a worker. `K` is what the slow path wants to be reminded of: a caller in an application.
pub struct Gate<K> {
    cache: Arc<ResultCache>,
    max_depth: usize,
    state: Mutex<State<K>>,
}

impl<K: Clone> Gate<K> {
    /// A gate that knows nobody yet.
    #[must_use]
    pub fn new(cache: Arc<ResultCache>, max_depth: usize) -> Self {
        let state = State {
            references: HashMap::new(),
            applications: HashMap::new(),
            identities: 0,
            cacheable: HashSet::new(),
            key: Vec::new(),
            params: Vec::new(),
        };
        Self { cache, max_depth, state: Mutex::new(state) }
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
        known: K,
    ) -> bool {
        #[allow(clippy::cast_sign_loss, reason = "a time before 1970 saturates to zero and has expired")]
        let expires = expires_at.map_or(u64::MAX, |seconds| (seconds * 1e9) as u64);
        let identity = Identity { class, expires, stamp, known };
        let mut state = self.state.lock();
        if state.identities >= REMEMBERED {
            state.applications.clear();
            state.identities = 0;
        }
        state.identities += 1;
        let id: Arc<str> = application.into();
        let entry = state.applications.entry(Arc::clone(&id)).or_insert_with(|| Application {
            id,
            identities: HashMap::new(),
            anonymous: None,
        });
        if credential.is_empty() {
            entry.anonymous = Some(identity);
            return true;
        }
        let Ok(credential) = Credential::try_from(credential) else { return false };
        entry.identities.insert(credential, identity);
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
        match self.open(body, authorization, cookie, application)? {
            Opened::Hit(hit) => Some(hit),
            Opened::Miss(_) => None,
        }
    }

    /// The answer to a plain call of somebody known, or what the slow path needs to make it.
    ///
    /// Without application and identity in good standing there is no answer at all: then the slow path asks for both.
    #[must_use]
    pub fn open<'a>(
        &self,
        body: &'a [u8],
        authorization: Option<&str>,
        cookie: Option<&str>,
        application: Option<&str>,
    ) -> Option<Opened<'a, K>> {
        let Request { id, method, params } = read(body, self.max_depth)?;
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let cacheable = state.cacheable.contains(method);
        let text = params.as_ref().map_or("{}", |(_, text)| *text);
        let mut named = None;
        state.params.clear();
        if let Some((mut scanner, _)) = params.filter(|_| cacheable || application.is_none()) {
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
        let (application, stamp) = state.references.get(reference)?;
        if !self.generations().is_current_at(stamp, now) {
            return None;
        }
        let entry = state.applications.get(application)?;
        let identity = match credential(authorization, cookie)? {
            Some(credential) => entry.identities.get(&credential)?,
            None => entry.anonymous.as_ref()?,
        };
        if identity.expires <= wall_clock() || !self.generations().is_current_at(&identity.stamp, now) {
            return None;
        }
        let mut key = None;
        if cacheable {
            state.key.clear();
            write_key(&mut state.key, &entry.id, identity.class, method, &state.params);
            if let Some(result) = self.cache.get_at(&state.key, now) {
                return Some(Opened::Hit(Hit { id, result }));
            }
            key = Some(state.key.clone());
        }
        Some(Opened::Miss(Miss { id, method, params: text, known: identity.known.clone(), key }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::digest;

    const BODY: &[u8] =
        br#"{"jsonrpc":"2.0","method":"getEntity","params":{"entityId":"e","entityType":"todo"},"id":"a-1"}"#;

    fn gate() -> Gate<u8> {
        let generations = Arc::new(Generations::private(1024).unwrap());
        let cache = Arc::new(ResultCache::new(generations, 1 << 20, 100, 60.0));
        let gate = Gate::new(cache, 16);
        gate.set_cacheable(&["getEntity"]);
        let stamp = gate.generations().read(&[1]);
        gate.set_application("todo", "app-1", stamp.clone());
        assert!(gate.set_identity(&digest("tq_secret"), "app-1", 5, None, stamp.clone(), 50));
        assert!(gate.set_identity(b"", "app-1", 6, None, stamp, 60));
        gate
    }

    fn store(gate: &Gate<u8>, class: u32, params: &[u8], result: &[u8]) {
        let key = gate.key("app-1", class, "getEntity", params).unwrap();
        gate.cache.put(&key, result, gate.generations().read(&[2]), None);
    }

    fn bearer(gate: &Gate<u8>, body: &[u8]) -> Option<Vec<u8>> {
        gate.answer(body, Some("Bearer tq_secret"), None, Some("todo")).map(|hit| hit.result.to_vec())
    }

    #[test]
    fn no_more_callers_and_applications_than_agreed_are_remembered() {
        let gate = gate();
        let stamp = gate.generations().read(&[1]);
        for number in 0..=REMEMBERED {
            let name = number.to_string();
            gate.set_application(&name, "app-1", stamp.clone());
            assert!(gate.set_identity(&digest(&name), "app-1", 5, None, stamp.clone(), 50));
        }
        let state = gate.state.lock();
        let identities: usize = state.applications.values().map(|one| one.identities.len()).sum();
        assert!(state.references.len() <= REMEMBERED && identities <= REMEMBERED);
        assert!(state.references.contains_key(REMEMBERED.to_string().as_str()), "the last is known");
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
    fn an_identity_ends_with_its_own_generations_though_the_application_stands() {
        let gate = gate();
        store(&gate, 5, br#"{"entityType":"todo","entityId":"e"}"#, b"1");
        let stamp = gate.generations().read(&[3]);
        assert!(gate.set_identity(&digest("tq_secret"), "app-1", 5, None, stamp, 50));
        assert!(bearer(&gate, BODY).is_some());
        gate.generations().bump(&[3]);
        assert!(bearer(&gate, BODY).is_none());
    }

    #[test]
    fn an_application_ends_with_its_own_generations_though_the_identity_stands() {
        let gate = gate();
        store(&gate, 5, br#"{"entityType":"todo","entityId":"e"}"#, b"1");
        gate.set_application("todo", "app-1", gate.generations().read(&[4]));
        assert!(bearer(&gate, BODY).is_some());
        gate.generations().bump(&[4]);
        assert!(bearer(&gate, BODY).is_none());
    }

    #[test]
    fn keys_tell_classes_methods_and_applications_apart() {
        let gate = gate();
        let key = |app, class, method| gate.key(app, class, method, b"{}").unwrap();
        let keys = [key("a", 1, "m"), key("b", 1, "m"), key("a", 2, "m"), key("a", 1, "n")];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
    }

    #[test]
    fn an_expired_identity_is_not_answered() {
        let gate = gate();
        store(&gate, 5, br#"{"entityType":"todo","entityId":"e"}"#, b"1");
        let stamp = gate.generations().read(&[]);
        assert!(gate.set_identity(&digest("tq_secret"), "app-1", 5, Some(1.0), stamp, 50));
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

    #[test]
    fn a_call_without_an_answer_says_who_asks_for_what_and_where_the_answer_belongs() {
        let gate = gate();
        let open = |body: &'static str| gate.open(body.as_bytes(), None, None, Some("todo"));
        let params = r#"{"b":1, "a":2}"#;
        let Some(Opened::Miss(miss)) =
            open(r#"{"jsonrpc":"2.0","method":"getEntity","params":{"b":1, "a":2},"id":7}"#)
        else {
            panic!("a known caller is told of")
        };
        assert_eq!((miss.id, miss.method, miss.params, miss.known), ("7", "getEntity", params, 60));
        gate.cache.put(&miss.key.unwrap(), b"1", gate.generations().read(&[]), None);
        let body = r#"{"jsonrpc":"2.0","method":"getEntity","params":{"a":2,"b":1},"id":7}"#;
        assert!(matches!(open(body), Some(Opened::Hit(_))));
        let Some(Opened::Miss(miss)) = open(r#"{"jsonrpc":"2.0","method":"createEntity","id":7}"#) else {
            panic!("also where nothing is kept")
        };
        assert_eq!((miss.params, miss.key), ("{}", None));
        assert!(open(r#"{"jsonrpc":"2.0","method":"get\u0045ntity","id":7}"#).is_none());
        gate.generations().bump(&[1]);
        assert!(open(body).is_none(), "nobody is known any more");
    }
}
