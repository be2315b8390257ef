//! What a worker remembers, and how it knows that it is still true.
//!
//! **Generations** are 64-bit counters in memory shared by the processes of a run. What an answer depends on (a type of
//! records, a record, the catalogue of an application, an identity) is hashed to a counter. A reader notes the counters
//! in a [`Stamp`] *before* it reads the database; a writer bumps them after commit and before it answers. An answer is
//! used only while all counters of its stamp stand as they stood, so nothing acknowledged on this host is ever missed;
//! two things that share a counter cost a miss and nothing else.
//!
//! Other runs cannot reach this memory. So entries live long only while the run is *alone*, which its supervisor
//! asserts for short spans of time; otherwise whatever is older than a second is a miss. Becoming alone again, and
//! [`Generations::drop_all`], move an epoch that every stamp carries.
//!
//! **[`ResultCache`]** holds answers by key in shards, bounded by bytes and entries, evicted by S3-FIFO: new entries go
//! through a small queue and only what is asked for again reaches the main one, so a scan over a large list does not
//! wash out the pages that everybody opens. S3-FIFO needs no move on a hit, only a counter.
//!
//! **[`Gate`]** answers a whole request from the cache: it reads the envelope in place, finds application, identity and
//! permission class, builds the key and hands out the pieces of the response. Whatever is unusual (batches, errors,
//! unknown callers, parameters with escaped keys) is not its business: it declines, and the slow path decides. A call
//! of somebody known whose answer is not there comes back with what is known, so that nothing is looked up twice.
//!
//! **[`EventRing`]** carries events between the processes of a run.

mod gate;
mod generations;
mod hash;
mod request;
mod ring;
mod shard;
mod shared;
mod store;

pub use gate::{Gate, Hit, Miss, Opened, REMEMBERED};
pub use generations::{COUNTERS, Generations, Stamp};
pub use ring::{Event, EventRing, RingError};
pub use shard::Statistics;
pub use shared::SharedMemoryError;
pub use store::ResultCache;
