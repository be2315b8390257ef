/** The application as a whole: metadata, capabilities, the list of applications. */
export type Permissions = { create: boolean; read: boolean; update: boolean; delete: boolean };
export type EntityMetadata = {
  name: string;
  displayName: string;
  icon: string | null;
  titleField: string | null;
  /** The field by which lists that refer to its records are ordered; null where they cannot go by the title. */
  sortField: string | null;
  permissions: Permissions;
  /** What happened to its records is kept, and this reader may ask for it. */
  history: boolean;
  /** What was deleted is kept, and this reader may ask for it and bring it back. */
  deleted: boolean;
};
export type NavigationItem = {
  pageId: string;
  title: string;
  icon: string | null;
  path: string | null;
  /** The page lists all records of this entity. */
  entityType?: string | null;
};
export type ModelMetadata = {
  appId: string;
  name: string;
  label: string;
  modelVersion: number;
  startPage?: string | null;
  entities: EntityMetadata[];
  navigation: NavigationItem[];
  locale: string | null;
  colorScheme?: string | null;
  /** A CSS colour is the accent of the application. */
  theme: string | null;
};

export type LiveTransport = "auto" | "ws" | "sse";
export type Capabilities = {
  protocol: string;
  serverVersion: string;
  methods: string[];
  componentTypes: string[];
  limits: { [name: string]: number };
  live: { transport: LiveTransport };
};

export type ApplicationSummary = { id: string; name: string; label: string; status: string; public: boolean; url: string };
export type Execution = { executionId: string; status: string; output: unknown };
export type SessionInfo = { name: string; roles: string[] };
