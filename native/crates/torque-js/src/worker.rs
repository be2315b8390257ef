use std::cell::RefCell;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use rquickjs::{Context, Error, Runtime};

use crate::compile::Bytecodes;
use crate::frame::{read_frame, write_frame};
use crate::host::Host;
use crate::run::{Execution, Request};
use crate::sandbox::{Shared, furnish, watch};

/// What a script may take of its process.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Memory of the engine, in bytes.
    pub memory_bytes: usize,
    /// Stack of the engine, in bytes.
    pub stack_bytes: usize,
}

struct Peer<'a> {
    id: &'a str,
    stream: &'a mut UnixStream,
}

impl Host for Peer<'_> {
    fn id(&self) -> &str {
        self.id
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        write_frame(self.stream, frame)
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        read_frame(self.stream)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Serves executions on the socket of that number, one after the other, until it is closed.
///
/// The socket belongs to this function from now on.
pub fn serve(fd: RawFd, limits: Limits) -> io::Result<()> {
    // SAFETY: the caller gives the number away; one that is not open fails at the first read.
    let mut stream = UnixStream::from(unsafe { OwnedFd::from_raw_fd(fd) });
    let bytecodes = Rc::default();
    while serve_one(&mut stream, limits, &bytecodes)? {}
    Ok(())
}

/// Prepares a sandbox, waits for a request, answers it. False when the stream was closed.
fn serve_one(
    stream: &mut UnixStream,
    limits: Limits,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> io::Result<bool> {
    let shared = Shared::new();
    let runtime = Runtime::new().map_err(engine)?;
    runtime.set_memory_limit(limits.memory_bytes);
    runtime.set_max_stack_size(limits.stack_bytes);
    watch(&runtime, &shared);
    let context = Context::full(&runtime).map_err(engine)?;
    context.with(|ctx| {
        let host_object = furnish(&ctx, &shared, bytecodes).map_err(engine)?;
        let Some(frame) = read_frame(stream)? else { return Ok(false) };
        let Some(request) = Request::read(&frame) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is no request"));
        };
        let mut host = Peer { id: request.id, stream };
        let (ctx, host_object, shared) = (&ctx, &host_object, &shared);
        let mut execution = Execution { ctx, host_object, bytecodes, shared, host: &mut host };
        let answer = execution.answer(&request)?;
        write_frame(stream, &answer)?;
        Ok(true)
    })
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn engine(error: Error) -> io::Error {
    io::Error::other(error.to_string())
}
