use torque_json::{write_key, write_string};

/// More than this is dropped, and the last line says so.
const MOST_LINES: usize = 1000;
const MOST_BYTES: usize = 256 << 10;

/// What a script wrote to its console.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: Vec<(String, String)>,
    bytes: usize,
    dropped: usize,
}

impl Log {
    pub(crate) fn add(&mut self, level: String, message: String) {
        if self.lines.len() >= MOST_LINES || self.bytes + message.len() > MOST_BYTES {
            self.dropped += 1;
            return;
        }
        self.bytes += message.len();
        self.lines.push((level, message));
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let closing = (self.dropped > 0).then(|| format!("{} further lines were dropped.", self.dropped));
        let lines = self.lines.iter().map(|(level, message)| (level.as_str(), message.as_str()));
        out.push(b'[');
        for (level, message) in lines.chain(closing.as_deref().map(|message| ("warn", message))) {
            if out.last() == Some(&b'}') {
                out.push(b',');
            }
            out.push(b'{');
            write_key(out, "level");
            write_string(out, level);
            write_key(out, "message");
            // A database takes any character but this one.
            write_string(out, &message.replace('\0', "\u{FFFD}"));
            out.push(b'}');
        }
        out.push(b']');
    }
}
