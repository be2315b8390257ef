use std::io;

/// The other side of an execution.
pub(crate) trait Host {
    /// The JSON of the id of the execution.
    fn id(&self) -> &str;
    fn send(&mut self, frame: &[u8]) -> io::Result<()>;
    fn receive(&mut self) -> io::Result<Vec<u8>>;
}
