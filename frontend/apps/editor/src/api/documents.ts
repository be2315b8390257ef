/** Every GraphQL operation of the editor. */
import { gql, type TypedDocumentNode } from "@apollo/client";
import type { Change } from "@torque/model";
import type { Application, Difference, ImportMode, ImportResult, Me, Model, ModelChange, ModelRevision, ModelSummary, Trial } from "./types";

const APPLICATION = gql`
  fragment ApplicationParts on Application {
    id
    modelId
    modelRevision
    name
    label
    status
    public
    url
    createdAt
    updatedAt
  }
`;

const FINDING = gql`
  fragment FindingParts on Finding {
    id
    severity
    pointer
    message
    impact
    fix
  }
`;

const MODEL = gql`
  fragment ModelParts on Model {
    id
    name
    displayName
    description
    version
    revision
    updatedAt
    document
    findings {
      ...FindingParts
    }
  }
  ${FINDING}
`;

const TRIAL = gql`
  fragment TrialParts on ChangeResult {
    diff
    findingsBefore {
      ...FindingParts
    }
    findingsAfter {
      ...FindingParts
    }
    effects {
      application
      entity
      field
      rule
      records
      of
      complete
    }
  }
  ${FINDING}
`;

export const ME: TypedDocumentNode<{ me: Me }> = gql`
  query Me {
    me {
      id
      name
      roles
    }
  }
`;

export const MODELS: TypedDocumentNode<{ models: ModelSummary[] }> = gql`
  query Models {
    models {
      id
      name
      displayName
      description
      version
      revision
      entityCount
      pageCount
      formCount
      xflowCount
      updatedAt
      applications {
        ...ApplicationParts
      }
    }
  }
  ${APPLICATION}
`;

export const MODEL_BY_REF: TypedDocumentNode<{ model: Model }, { id: string }> = gql`
  query Model($id: ID!) {
    model(id: $id) {
      ...ModelParts
    }
  }
  ${MODEL}
`;

export const REVISIONS: TypedDocumentNode<{ modelRevisions: ModelRevision[] }, { modelId: string }> = gql`
  query Revisions($modelId: ID!) {
    modelRevisions(modelId: $modelId) {
      revision
      author
      message
      createdAt
      changes
    }
  }
`;

export const APPLICATIONS: TypedDocumentNode<{ applications: Application[] }, { modelId: string | null }> = gql`
  query Applications($modelId: ID) {
    applications(modelId: $modelId) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const APPLICATION_BY_REF: TypedDocumentNode<{ application: Application }, { id: string }> = gql`
  query Application($id: ID!) {
    application(id: $id) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const CREATE_MODEL: TypedDocumentNode<
  { createModel: Pick<Model, "id" | "name"> },
  { name: string; displayName: string; description: string }
> = gql`
  mutation CreateModel($name: String!, $displayName: String, $description: String!) {
    createModel(name: $name, displayName: $displayName, description: $description) {
      id
      name
    }
  }
`;

export const IMPORT_MODEL: TypedDocumentNode<
  { importModel: ImportResult },
  { document: string; name: string | null; mode: ImportMode; dryRun: boolean; createApplication: boolean }
> = gql`
  mutation ImportModel($document: String!, $name: String, $mode: ImportMode!, $dryRun: Boolean!, $createApplication: Boolean!) {
    importModel(document: $document, name: $name, mode: $mode, dryRun: $dryRun, createApplication: $createApplication) {
      dryRun
      model {
        id
        name
        displayName
      }
      application {
        ...ApplicationParts
      }
      report {
        path
        what
        done
      }
      findings {
        ...FindingParts
      }
      change {
        ...TrialParts
      }
    }
  }
  ${APPLICATION}
  ${TRIAL}
`;

export const EXPORT_MODEL: TypedDocumentNode<{ exportModel: string }, { modelId: string }> = gql`
  mutation ExportModel($modelId: ID!) {
    exportModel(modelId: $modelId)
  }
`;

export const DUPLICATE_MODEL: TypedDocumentNode<
  { duplicateModel: Pick<Model, "id" | "name"> },
  { modelId: string; name: string; displayName: string }
> = gql`
  mutation DuplicateModel($modelId: ID!, $name: String!, $displayName: String) {
    duplicateModel(modelId: $modelId, name: $name, displayName: $displayName) {
      id
      name
    }
  }
`;

export const DELETE_MODEL: TypedDocumentNode<{ deleteModel: boolean }, { modelId: string }> = gql`
  mutation DeleteModel($modelId: ID!) {
    deleteModel(modelId: $modelId)
  }
`;

export const APPLY_CHANGES: TypedDocumentNode<
  { applyChanges: { revision: number; model: Model } },
  { modelId: string; changes: readonly Change[]; ifRevision: number; message: string }
> = gql`
  mutation ApplyChanges($modelId: ID!, $changes: [JSON!]!, $ifRevision: Int, $message: String!) {
    applyChanges(modelId: $modelId, changes: $changes, ifRevision: $ifRevision, message: $message) {
      revision
      model {
        ...ModelParts
      }
    }
  }
  ${MODEL}
`;

export const PREVIEW_CHANGES: TypedDocumentNode<{ applyChanges: Trial }, { modelId: string; changes: readonly Change[]; ifRevision: number }> = gql`
  mutation PreviewChanges($modelId: ID!, $changes: [JSON!]!, $ifRevision: Int) {
    applyChanges(modelId: $modelId, changes: $changes, ifRevision: $ifRevision, dryRun: true) {
      ...TrialParts
    }
  }
  ${TRIAL}
`;

export const PREVIEW_RESTORE: TypedDocumentNode<{ restoreModelRevision: Trial }, { modelId: string; revision: number }> = gql`
  mutation PreviewRestore($modelId: ID!, $revision: Int!) {
    restoreModelRevision(modelId: $modelId, revision: $revision, dryRun: true) {
      ...TrialParts
    }
  }
  ${TRIAL}
`;

export const MODEL_DIFF: TypedDocumentNode<{ modelDiff: Difference[] }, { modelId: string; before: number; after: number }> = gql`
  query ModelDiff($modelId: ID!, $before: Int!, $after: Int!) {
    modelDiff(modelId: $modelId, before: $before, after: $after)
  }
`;

export const RESTORE_REVISION: TypedDocumentNode<
  { restoreModelRevision: { revision: number; model: Model } },
  { modelId: string; revision: number }
> = gql`
  mutation RestoreRevision($modelId: ID!, $revision: Int!) {
    restoreModelRevision(modelId: $modelId, revision: $revision) {
      revision
      model {
        ...ModelParts
      }
    }
  }
  ${MODEL}
`;

export const RUN: TypedDocumentNode<{ runTorqueApp: Application }, { modelId: string }> = gql`
  mutation Run($modelId: ID!) {
    runTorqueApp(modelId: $modelId) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const CREATE_APPLICATION: TypedDocumentNode<
  { createApplication: Application },
  { modelId: string; name: string; label: string }
> = gql`
  mutation CreateApplication($modelId: ID!, $name: String!, $label: String) {
    createApplication(modelId: $modelId, name: $name, label: $label) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const START_APPLICATION: TypedDocumentNode<{ startApplication: Application }, { id: string }> = gql`
  mutation StartApplication($id: ID!) {
    startApplication(id: $id) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const STOP_APPLICATION: TypedDocumentNode<{ stopApplication: Application }, { id: string }> = gql`
  mutation StopApplication($id: ID!) {
    stopApplication(id: $id) {
      ...ApplicationParts
    }
  }
  ${APPLICATION}
`;

export const DELETE_APPLICATION: TypedDocumentNode<{ deleteApplication: boolean }, { id: string }> = gql`
  mutation DeleteApplication($id: ID!) {
    deleteApplication(id: $id)
  }
`;

export const SEED_APPLICATION: TypedDocumentNode<{ seedApplication: { created: number; leftOut: readonly string[] } }, { id: string; count: number; seed: number; entities: readonly string[] }> = gql`
  mutation SeedApplication($id: ID!, $count: Int!, $seed: Int!, $entities: [String!]) {
    seedApplication(id: $id, count: $count, seed: $seed, entities: $entities) {
      created
      leftOut
    }
  }
`;

export const EMPTY_APPLICATION: TypedDocumentNode<{ emptyApplication: number }, { id: string; confirm: string }> = gql`
  mutation EmptyApplication($id: ID!, $confirm: String!) {
    emptyApplication(id: $id, confirm: $confirm)
  }
`;

export const MODEL_CHANGED: TypedDocumentNode<{ modelChanged: ModelChange }, { modelId: string }> = gql`
  subscription ModelChanged($modelId: ID!) {
    modelChanged(modelId: $modelId) {
      modelId
      revision
      pages
      entities
    }
  }
`;
