//! Code to bytecode and back.
//!
//! The engine's safe interface compiles modules only, and code of a flow is none (it returns, and is not strict). So
//! the four calls of the engine that compile, write, read and run a script are made here; all unsafe code of this crate
//! is in this file, but for the engine's memory and the taking over of the socket.

use std::collections::HashMap;
use std::ffi::CString;
use std::rc::Rc;

use rquickjs::{Ctx, Error, Value, qjs};

/// Bytecode beyond this is forgotten, all at once: a flow's scripts are compiled again in microseconds.
const KEPT_BYTES: usize = 16 << 20;

/// How code is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// The body of an async function.
    Script,
    /// A bare expression.
    Expression,
    /// Text that is run as it is.
    Raw,
}

impl CodeKind {
    /// The kind of that name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "script" => Some(Self::Script),
            "expression" => Some(Self::Expression),
            _ => None,
        }
    }

    /// The code starts in the first line, so that lines in messages are those of the author.
    fn wrap(self, code: &str) -> String {
        match self {
            Self::Script => format!("(async () => {{{code}\n}})()"),
            Self::Expression => format!("({code}\n)"),
            Self::Raw => code.to_owned(),
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Expression => "expression",
            Self::Raw => "torque",
        }
    }
}

/// Compiled code by its text.
#[derive(Debug, Default)]
pub(crate) struct Bytecodes {
    kept: HashMap<(CodeKind, Box<str>), Rc<[u8]>>,
    bytes: usize,
}

impl Bytecodes {
    /// The bytecode of `code`, compiled now if it is not known.
    pub(crate) fn get(&mut self, ctx: &Ctx<'_>, kind: CodeKind, code: &str) -> Result<Rc<[u8]>, Error> {
        let key = (kind, Box::from(code));
        if let Some(bytecode) = self.kept.get(&key) {
            return Ok(Rc::clone(bytecode));
        }
        let bytecode: Rc<[u8]> = compile(ctx, kind, code)?.into();
        let size = bytecode.len() + code.len();
        if self.bytes + size > KEPT_BYTES {
            self.kept.clear();
            self.bytes = 0;
        }
        self.bytes += size;
        self.kept.insert(key, Rc::clone(&bytecode));
        Ok(bytecode)
    }
}

/// The function that code comes to, not run.
pub(crate) fn parse<'js>(ctx: &Ctx<'js>, kind: CodeKind, code: &str) -> Result<Value<'js>, Error> {
    let source = CString::new(kind.wrap(code)).map_err(|_| Error::new_from_js("text with U+0000", "code"))?;
    let file = CString::new(kind.file()).expect("the names of kinds hold no NUL");
    let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the context is alive while `ctx` is; the engine reads up to the given length and wants a NUL behind it,
    // which a CString has.
    let function = unsafe {
        qjs::JS_Eval(raw, source.as_ptr(), source.as_bytes().len() as _, file.as_ptr(), flags.cast_signed())
    };
    // SAFETY: the value is fresh and owned; `own` takes it over or reports the pending exception.
    unsafe { own(ctx, function) }
}

fn compile(ctx: &Ctx<'_>, kind: CodeKind, code: &str) -> Result<Vec<u8>, Error> {
    let function = parse(ctx, kind, code)?;
    let raw = ctx.as_raw().as_ptr();
    let mut size = 0;
    // SAFETY: `function` is the bytecode function that `parse` answered; the engine allocates the buffer.
    let buffer = unsafe {
        qjs::JS_WriteObject(raw, &raw mut size, function.as_raw(), qjs::JS_WRITE_OBJ_BYTECODE.cast_signed())
    };
    if buffer.is_null() {
        return Err(Error::Exception);
    }
    // SAFETY: the engine answered `size` bytes at `buffer`, ours until they are freed below.
    let bytecode = unsafe { std::slice::from_raw_parts(buffer, size as usize) }.to_vec();
    // SAFETY: allocated by this context, freed once.
    unsafe { qjs::js_free(raw, buffer.cast()) };
    Ok(bytecode)
}

/// Runs bytecode that `compile` made and answers its completion value.
pub(crate) fn run<'js>(ctx: &Ctx<'js>, bytecode: &[u8]) -> Result<Value<'js>, Error> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the bytes come from `compile` in this process, so they are what this engine writes; it copies them.
    let function = unsafe {
        let flags = qjs::JS_READ_OBJ_BYTECODE.cast_signed();
        qjs::JS_ReadObject(raw, bytecode.as_ptr(), bytecode.len() as _, flags)
    };
    // SAFETY: fresh and owned, as above.
    let function = unsafe { own(ctx, function) }?;
    // SAFETY: running takes one reference to the function, which `as_raw` alone does not give away.
    let result = unsafe { qjs::JS_EvalFunction(raw, qjs::JS_DupValue(raw, function.as_raw())) };
    // SAFETY: fresh and owned.
    unsafe { own(ctx, result) }
}

/// # Safety
/// `value` must be owned by the caller and belong to `ctx`.
unsafe fn own<'js>(ctx: &Ctx<'js>, value: qjs::JSValue) -> Result<Value<'js>, Error> {
    // SAFETY: only looks at the tag.
    if unsafe { qjs::JS_IsException(value) } {
        return Err(Error::Exception);
    }
    // SAFETY: promised by the caller.
    Ok(unsafe { Value::from_raw(ctx.clone(), value) })
}
