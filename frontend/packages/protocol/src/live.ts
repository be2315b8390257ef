/** The live feed. */
export type EventKind = "created" | "updated" | "deleted" | "changed" | "finished" | "resync";

export type RecordEventData = { id: string; version: number; fields: string[] };
export type ModelEventData = { revision: number; pages: string[]; entities: string[] };
export type LiveEvent = { topic: string; seq: string; kind: EventKind; data: unknown };
export type SubscribeResult = { subscribed: string[]; seq: string };
