import { useQuery } from "@apollo/client/react";
import { ME } from "../api/documents";
import type { Me } from "../api/types";

/** Who is signed in; undefined until the server has said. */
export function useMe(): Me | undefined {
  return useQuery(ME, { fetchPolicy: "cache-first" }).data?.me;
}
