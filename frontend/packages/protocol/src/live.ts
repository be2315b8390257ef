/** The live feed. */
/** `resync`: events were missed. `standing`: a subscription begins, and the data tells of what. */
export type EventKind = "created" | "updated" | "deleted" | "changed" | "finished" | "resync" | "standing";

export type RecordEventData = { id: string; version: number; fields: string[] };
export type ModelEventData = { revision: number; pages: string[]; entities: string[] };
export type LiveEvent = { topic: string; seq: string; kind: EventKind; data: unknown };
/** What a subscription to the model of an application begins with. */
export type StandingData = { revision: number };
/** `revisions`: of the applications whose models are listened to, by topic. */
export type SubscribeResult = { subscribed: string[]; seq: string; revisions: { [topic: string]: number } };
