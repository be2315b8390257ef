/** How many records there are of each entity, by its name; one that is not known yet is missing. */
export type Counts = Readonly<Record<string, number>>;
