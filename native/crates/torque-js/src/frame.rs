use std::io::{self, Read, Write};

/// Larger frames are refused: nobody means them.
const LARGEST: u32 = 256 << 20;

/// Reads a frame; `None` when the other side has closed the stream between two frames.
pub fn read_frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut size = [0; 4];
    match stream.read_exact(&mut size) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let size = u32::from_le_bytes(size);
    if size > LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too large"));
    }
    let mut frame = vec![0; size as usize];
    stream.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// Writes a frame.
pub fn write_frame(stream: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let mut frame = Vec::with_capacity(payload.len() + 4);
    frame.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    frame.extend_from_slice(payload);
    stream.write_all(&frame)
}
