//! Values from and to JSON.

use std::borrow::Cow;

use torque_json::Value as Json;

use crate::eval::Failure;
use crate::number;
use crate::value::{Text, Value};

impl From<&Json<'_>> for Value {
    fn from(json: &Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(text) => Self::Number(text.parse().unwrap_or(f64::NAN)),
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(members) => Self::Object(
                members.iter().map(|(key, value)| (key.encode_utf16().collect(), value.into())).collect(),
            ),
        }
    }
}

impl Value {
    /// The JSON of a result, as `JSON.stringify` has it; `undefined` and numbers without JSON are null.
    pub fn to_json(&self) -> Result<Json<'static>, Failure> {
        Ok(match self {
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Number(number) if number.is_finite() => Json::Number(Cow::Owned(number::write(*number))),
            Self::Undefined | Self::Null | Self::Number(_) => Json::Null,
            Self::Text(text) => Json::String(Cow::Owned(storable(text)?)),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect::<Result<_, _>>()?),
            Self::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|(key, value)| Ok((Cow::Owned(storable(key)?), value.to_json()?)))
                    .collect::<Result<_, Failure>>()?,
            ),
        })
    }
}

fn storable(text: &Text) -> Result<String, Failure> {
    match String::from_utf16(text) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) => Err(Failure::Thrown("the result holds the character U+0000".to_owned())),
        Err(_) => Err(Failure::Thrown("the result holds half of a surrogate pair".to_owned())),
    }
}
