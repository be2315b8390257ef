use crate::value::Value;

/// A function with a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Number,
    Text,
    Boolean,
    ParseFloat,
    ParseInt,
    IsNaN,
    IsFinite,
    NumberIsNaN,
    NumberIsFinite,
    NumberIsInteger,
    NumberIsSafeInteger,
    Abs,
    Ceil,
    Floor,
    Trunc,
    Sqrt,
    Round,
    Sign,
    Max,
    Min,
    Power,
}

const FUNCTIONS: [(&str, Function); 21] = [
    ("Number", Function::Number),
    ("String", Function::Text),
    ("Boolean", Function::Boolean),
    ("parseFloat", Function::ParseFloat),
    ("parseInt", Function::ParseInt),
    ("isNaN", Function::IsNaN),
    ("isFinite", Function::IsFinite),
    ("Number.isNaN", Function::NumberIsNaN),
    ("Number.isFinite", Function::NumberIsFinite),
    ("Number.isInteger", Function::NumberIsInteger),
    ("Number.isSafeInteger", Function::NumberIsSafeInteger),
    ("Math.abs", Function::Abs),
    ("Math.ceil", Function::Ceil),
    ("Math.floor", Function::Floor),
    ("Math.trunc", Function::Trunc),
    ("Math.sqrt", Function::Sqrt),
    ("Math.round", Function::Round),
    ("Math.sign", Function::Sign),
    ("Math.max", Function::Max),
    ("Math.min", Function::Min),
    ("Math.pow", Function::Power),
];

impl Function {
    pub(crate) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }
}

/// A function of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    At,
    CharAt,
    CharCodeAt,
    Concat,
    EndsWith,
    Includes,
    IndexOf,
    Join,
    LastIndexOf,
    PadEnd,
    PadStart,
    Repeat,
    Replace,
    ReplaceAll,
    Slice,
    Split,
    StartsWith,
    Substring,
    ToFixed,
    ToLowerCase,
    ToText,
    ToUpperCase,
    Trim,
    TrimEnd,
    TrimStart,
}

const METHODS: [(&str, Method); 25] = [
    ("at", Method::At),
    ("charAt", Method::CharAt),
    ("charCodeAt", Method::CharCodeAt),
    ("concat", Method::Concat),
    ("endsWith", Method::EndsWith),
    ("includes", Method::Includes),
    ("indexOf", Method::IndexOf),
    ("join", Method::Join),
    ("lastIndexOf", Method::LastIndexOf),
    ("padEnd", Method::PadEnd),
    ("padStart", Method::PadStart),
    ("repeat", Method::Repeat),
    ("replace", Method::Replace),
    ("replaceAll", Method::ReplaceAll),
    ("slice", Method::Slice),
    ("split", Method::Split),
    ("startsWith", Method::StartsWith),
    ("substring", Method::Substring),
    ("toFixed", Method::ToFixed),
    ("toLowerCase", Method::ToLowerCase),
    ("toString", Method::ToText),
    ("toUpperCase", Method::ToUpperCase),
    ("trim", Method::Trim),
    ("trimEnd", Method::TrimEnd),
    ("trimStart", Method::TrimStart),
];

impl Method {
    pub(crate) fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method)
    }

    pub(crate) fn name(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

const OF_ALL: [&str; 12] = [
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__proto__",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
];
const OF_TEXTS: [&str; 48] = [
    "anchor",
    "at",
    "big",
    "blink",
    "bold",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "fixed",
    "fontcolor",
    "fontsize",
    "includes",
    "indexOf",
    "isWellFormed",
    "italics",
    "lastIndexOf",
    "link",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "small",
    "split",
    "startsWith",
    "strike",
    "sub",
    "substr",
    "substring",
    "sup",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toUpperCase",
    "toWellFormed",
    "trim",
    "trimEnd",
    "trimLeft",
    "trimRight",
    "trimStart",
];
const OF_LISTS: [&str; 38] = [
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toReversed",
    "toSorted",
    "toSpliced",
    "unshift",
    "values",
    "with",
    "fromAsync",
    "group",
];
const OF_NUMBERS: [&str; 3] = ["toExponential", "toFixed", "toPrecision"];

/// Whether JavaScript gives every value of this type a member of that name.
pub(crate) fn is_inherited(value: &Value, name: &[u16]) -> bool {
    let own: &[&str] = match value {
        Value::Text(_) => &OF_TEXTS,
        Value::List(_) => &OF_LISTS,
        Value::Number(_) => &OF_NUMBERS,
        _ => &[],
    };
    OF_ALL.iter().chain(own).any(|known| known.encode_utf16().eq(name.iter().copied()))
}
