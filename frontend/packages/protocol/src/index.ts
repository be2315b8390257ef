/** Types of the wire: what TorqueApp and the server say to each other. */
export type * from "./rpc";
export type * from "./page";
export type * from "./form";
export type * from "./data";
export type * from "./exchange";
export type * from "./live";
export type * from "./application";
export type { MethodName, MethodParams, MethodResult, Methods } from "./methods";
