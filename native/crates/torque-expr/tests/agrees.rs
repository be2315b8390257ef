//! What an expression means here is what it means to the script engine: random expressions over random values.

use fastrand::Rng;
use rquickjs::{Context, Ctx, Function, Runtime};
use torque_expr::{Expression, Failure, Value};
use torque_json::{Value as Json, parse_text, same, write_value};

const NAMES: [&str; 8] = ["a", "b", "s", "t", "l", "o", "n", "flag"];
const VALUES: [&str; 34] = [
    "0",
    "1",
    "-1",
    "2.5",
    "-0.5",
    "1e21",
    "1e-7",
    "123456789012",
    "9007199254740991",
    "0.1",
    "1.005",
    "-1e300",
    "5e-324",
    "null",
    "true",
    "false",
    r#""""#,
    r#""abc""#,
    r#"" 12 ""#,
    r#""0x1f""#,
    r#""-3.5e2x""#,
    r#""Straße 😀 ΑΣ""#,
    r#""a,b,,c""#,
    r#""Infinity""#,
    r#""\t\ufeff7\u00a0""#,
    "[]",
    "[1,2,3]",
    r#"["a",null,"abc"]"#,
    "[[1],[2,[3]]]",
    "[null]",
    "{}",
    r#"{"x":1,"length":7}"#,
    r#"{"x":{"y":[1,"z"]}}"#,
    r#"{"trim":1}"#,
];
const ATOMS: [&str; 30] = [
    "0",
    "1",
    "2",
    "10",
    "0.5",
    ".25",
    "1e3",
    "0x10",
    "''",
    "'a'",
    "'b,'",
    "\"x y\"",
    "`t`",
    "null",
    "undefined",
    "true",
    "false",
    "NaN",
    "Infinity",
    "[]",
    "[1, 'a']",
    "'\\u00e9\\x41\\n'",
    "'😀'",
    "'length'",
    "'x'",
    "3",
    "100",
    "-1",
    "'$&-$$'",
    "4294967295",
];
const BINARY: [&str; 23] = [
    "+", "-", "*", "/", "%", "**", "==", "!=", "===", "!==", "<", "<=", ">", ">=", "&", "|", "^", "<<", ">>",
    ">>>", "&&", "||", "??",
];
const FUNCTIONS: [(&str, usize); 21] = [
    ("Number", 1),
    ("String", 1),
    ("Boolean", 1),
    ("parseFloat", 1),
    ("parseInt", 1),
    ("isNaN", 1),
    ("isFinite", 1),
    ("Number.isNaN", 1),
    ("Number.isFinite", 1),
    ("Number.isInteger", 1),
    ("Number.isSafeInteger", 1),
    ("Math.abs", 1),
    ("Math.ceil", 1),
    ("Math.floor", 1),
    ("Math.trunc", 1),
    ("Math.sqrt", 1),
    ("Math.round", 1),
    ("Math.sign", 1),
    ("Math.max", 3),
    ("Math.min", 3),
    ("Math.pow", 2),
];
const METHODS: [&str; 25] = [
    "at",
    "charAt",
    "charCodeAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "join",
    "lastIndexOf",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "slice",
    "split",
    "startsWith",
    "substring",
    "toFixed",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
];

fn pick<'a>(random: &mut Rng, of: &[&'a str]) -> &'a str {
    of[random.usize(0..of.len())]
}

fn expression(random: &mut Rng, depth: u32) -> String {
    if depth == 0 {
        return if random.bool() { pick(random, &NAMES) } else { pick(random, &ATOMS) }.to_owned();
    }
    let part = |random: &mut Rng| expression(random, depth - 1);
    match random.u8(0..12) {
        0..=3 => {
            let (left, right) = (part(random), part(random));
            format!("({left}) {} ({right})", pick(random, &BINARY))
        }
        4 => format!("{}({})", pick(random, &["!", "-", "+", "~", "typeof "]), part(random)),
        5 => format!("({}) ? ({}) : ({})", part(random), part(random), part(random)),
        6 => {
            let (name, most) = FUNCTIONS[random.usize(0..FUNCTIONS.len())];
            let args: Vec<_> = (0..random.usize(0..=most)).map(|_| part(random)).collect();
            format!("{name}({})", args.join(", "))
        }
        7 | 8 => {
            let args: Vec<_> = (0..random.usize(0..3)).map(|_| part(random)).collect();
            let dot = if random.u8(0..4) == 0 { "?." } else { "." };
            format!("({}){dot}{}({})", part(random), pick(random, &METHODS), args.join(", "))
        }
        9 => format!(
            "({}){}",
            part(random),
            pick(random, &[".length", ".x", "?.x", "?.x.y", "[0]", "?.[1]", ".x?.y[0]"])
        ),
        10 => format!("({})[{}]", part(random), part(random)),
        _ => format!("`<${{{}}}>${{{}}}`", part(random), part(random)),
    }
}

/// A row of tokens: mostly no expression at all, so it asks who refuses what.
fn soup(random: &mut Rng) -> String {
    const TOKENS: [&str; 44] = [
        "a", "b", "s", "l", "o", "1", "2.5", "'x'", "(", ")", "[", "]", "?", ":", ".x", "?.x", ".length",
        "+", "-", "*", "**", "/", "??", "&&", "||", "!", "~", "typeof ", "==", "===", "<", ">", ",", "`q${",
        "}`", "`", "record.", "null", "in", "=", "++", "0", ".", " ",
    ];
    (0..random.usize(1..9)).map(|_| pick(random, &TOKENS)).collect::<Vec<_>>().join(if random.bool() {
        " "
    } else {
        ""
    })
}

#[derive(Debug)]
enum Outcome {
    Json(String),
    Threw,
    Refused,
}

fn native(source: &str, scope: &[Json<'_>]) -> Outcome {
    let Ok(compiled) = Expression::compile(source, &NAMES) else { return Outcome::Refused };
    let values: Vec<Value> = scope.iter().map(Value::from).collect();
    match compiled.evaluate(&|place| values[place].clone()) {
        Ok(value) => match value.to_json() {
            Ok(json) => {
                let mut out = Vec::new();
                write_value(&mut out, &json);
                Outcome::Json(String::from_utf8(out).expect("JSON is text"))
            }
            Err(_) => Outcome::Refused,
        },
        Err(Failure::Thrown(_)) => Outcome::Threw,
        Err(_) => Outcome::Refused,
    }
}

/// The engine's answer; a text that does not compile is none.
fn engine<'js>(ctx: &Ctx<'js>, source: &str, scope: &[&str]) -> Option<Outcome> {
    let values = scope.join(",");
    let code = format!(
        "(() => {{ const [{}] = JSON.parse({:?}); const record = {{{}}}; return JSON.stringify([{source}\n][0]) ?? 'null' }})",
        NAMES.join(","),
        format!("[{values}]"),
        NAMES.join(","),
    );
    let Ok(function) = ctx.eval::<Function<'js>, _>(code) else {
        ctx.catch();
        return None;
    };
    let answer = function.call::<_, String>(());
    if answer.is_err() {
        ctx.catch();
    }
    Some(answer.map_or(Outcome::Threw, Outcome::Json))
}

fn compare(ctx: &Ctx<'_>, source: &str, scope: &[&str]) -> bool {
    let parsed: Vec<Json<'_>> = scope.iter().map(|text| parse_text(text).expect("values are JSON")).collect();
    let found = native(source, &parsed);
    if matches!(found, Outcome::Refused) {
        return false;
    }
    let Some(expected) = engine(ctx, source, scope) else { panic!("the engine refuses {source}") };
    let agree = match (&found, &expected) {
        (Outcome::Threw, Outcome::Threw) => true,
        (Outcome::Json(a), Outcome::Json(b)) => {
            a == b || same(&parse_text(a).expect("JSON"), &parse_text(b).unwrap_or(Json::Null))
        }
        _ => false,
    };
    assert!(agree, "{source}\nwith {scope:?}\nhere: {found:?}\nengine: {expected:?}");
    true
}

fn scope(random: &mut Rng) -> Vec<&'static str> {
    NAMES.iter().map(|_| pick(random, &VALUES)).collect()
}

fn rounds() -> usize {
    option_env!("TORQUE_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn random_expressions_mean_what_the_engine_says() {
    let context = Context::full(&Runtime::new().unwrap()).unwrap();
    let mut random = Rng::with_seed(20_261_120);
    let mut compared = 0;
    context.with(|ctx| {
        for _ in 0..20_000 * rounds() {
            let depth = random.u32(1..4);
            let part = expression(&mut random, depth);
            let whole = format!("[({part}), typeof ({part}), String({part}), 1 / ({part})]");
            compared += usize::from(compare(&ctx, &whole, &scope(&mut random)));
        }
    });
    assert!(compared > 8_000 * rounds(), "only {compared} were comparable");
}

#[test]
fn what_compiles_here_compiles_in_the_engine_and_means_the_same() {
    let context = Context::full(&Runtime::new().unwrap()).unwrap();
    let mut random = Rng::with_seed(7);
    let mut compared = 0;
    context.with(|ctx| {
        for _ in 0..100_000 * rounds() {
            compared += usize::from(compare(&ctx, &soup(&mut random), &scope(&mut random)));
        }
    });
    assert!(compared > 500 * rounds(), "only {compared} were comparable");
}

#[test]
fn numbers_read_and_write_as_in_the_engine() {
    let context = Context::full(&Runtime::new().unwrap()).unwrap();
    let mut random = Rng::with_seed(3);
    context.with(|ctx| {
        for _ in 0..5_000 * rounds() {
            let number = match random.u8(0..3) {
                0 => f64::from_bits(random.u64(..)),
                1 => (random.f64() * 1e6).round() / 1e3,
                _ => f64::from(random.i32(-2000..2000)) / 8.0,
            };
            let text = if number.is_finite() { format!("{number:e}") } else { "0".to_owned() };
            let mut values = scope(&mut random);
            values[0] = &text;
            let digits = random.u8(0..=8);
            compare(
                &ctx,
                &format!("[a, String(a), Number(String(a)), Math.round(a), a.toFixed({digits})]"),
                &values,
            );
        }
    });
}

#[test]
fn what_lies_outside_the_subset_is_refused_with_its_place() {
    for (source, part) in [
        ("", "too early"),
        ("a +", "too early"),
        ("a = 1", "'='"),
        ("a++", "'++'"),
        ("unknown + 1", "no 'unknown'"),
        ("a.map(b)", "no function 'map'"),
        ("Math.random()", "no 'Math.random'"),
        ("Math.max", "needs brackets"),
        ("new Date()", "record.new"),
        ("{}", "'{'"),
        ("a ?? b || s", "needs brackets"),
        ("-a ** 2", "needs brackets"),
        ("'open", "no end"),
        ("01", "begin with 0"),
        ("1n", "before a letter"),
        ("a /* b", "no end"),
        ("`${a", "too early"),
        ("record.missing", "no 'missing'"),
    ] {
        let error = Expression::compile(source, &NAMES).expect_err(source);
        assert!(error.message.contains(part), "{source}: {error}");
        assert!(error.at <= source.len());
    }
}

#[test]
fn size_and_depth_are_limited() {
    for source in [
        "(".repeat(3000),
        "- ".repeat(2000),
        "a.x".to_owned() + &".x".repeat(500),
        "[".repeat(100),
        "a+".repeat(200) + "a",
    ] {
        assert!(Expression::compile(&source, &NAMES).unwrap_err().message.contains("nested"), "{source:.20}");
    }
    let wide = format!("[{}]", "1,".repeat(1500));
    assert!(Expression::compile(&wide, &NAMES).unwrap_err().message.contains("parts"));
    assert!(Expression::compile(&" ".repeat(5000), &NAMES).unwrap_err().message.contains("characters"));
}

#[test]
fn what_an_evaluation_makes_is_limited() {
    for source in [
        "'x'.repeat(1e9)",
        "'x'.padEnd(1e9)",
        "s.repeat(1e6).repeat(2)",
        "'ab'.repeat(3e5).replaceAll('a', 'bbbb')",
    ] {
        let compiled = Expression::compile(source, &NAMES).unwrap();
        let outcome = compiled.evaluate(&|_| Value::text("x"));
        assert!(matches!(outcome, Err(Failure::TooLarge)), "{source}: {outcome:?}");
    }
}

#[test]
fn the_names_an_expression_speaks_of_are_told_once() {
    let compiled = Expression::compile("n > 0 && record.a + n < `${s}`.length", &NAMES).unwrap();
    assert_eq!(compiled.uses(), [0, 2, 6]);
}
