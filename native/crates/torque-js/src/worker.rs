use std::cell::RefCell;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use rquickjs::{Context, Ctx, Error, Runtime};

use crate::compile::Bytecodes;
use crate::frame::{read_frame, write_frame};
use crate::host::Host;
use crate::memory::Memory;
use crate::run::{Execution, Request};
use crate::sandbox::{Sandbox, Shared, furnish, watch};

/// The region of the engine in shares of its limit: freed blocks serve only others of their size, so it needs more room.
const ROOM: usize = 2;

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
    let memory = Memory::new(ROOM * limits.memory_bytes)?;
    let shared = Shared::new();
    let runtime = Runtime::new_with_alloc(memory.clone()).map_err(engine)?;
    runtime.set_memory_limit(limits.memory_bytes);
    runtime.set_max_stack_size(limits.stack_bytes);
    watch(&runtime, &shared);
    let context = Context::full(&runtime).map_err(engine)?;
    context.with(|ctx| {
        let bytecodes = Rc::default();
        let sandbox = furnish(&ctx, &shared, &bytecodes).map_err(engine)?;
        memory.remember()?;
        while let Some(frame) = read_frame(&mut stream)? {
            serve_one(&ctx, &mut stream, &frame, &sandbox, &bytecodes)?;
            shared.reset();
            // SAFETY: values of the execution were all dropped when `serve_one` came back, and those from before it are
            // held by `sandbox`, `ctx` and what is around them, all of which outlive this loop.
            unsafe { memory.put_back() }?;
        }
        Ok(())
    })
}

/// Answers a request.
fn serve_one<'js>(
    ctx: &Ctx<'js>,
    stream: &mut UnixStream,
    frame: &[u8],
    sandbox: &Sandbox<'js>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> io::Result<()> {
    let Some(request) = Request::read(frame) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is no request"));
    };
    let mut host = Peer { id: request.id, stream };
    let mut execution =
        Execution { ctx, host_object: &sandbox.host, bytecodes, shared: &sandbox.shared, host: &mut host };
    let answer = execution.answer(&request)?;
    write_frame(stream, &answer)
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn engine(error: Error) -> io::Error {
    io::Error::other(error.to_string())
}
