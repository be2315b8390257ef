/** Signing in and out: the secret of a link for a cookie. */

export type Redeemed = "signed-in" | "refused" | "unreachable";

/** Trades the secret of a sign-in link for a session. */
export async function redeem(secret: string): Promise<Redeemed> {
  try {
    const response = await fetch("/api/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ secret }),
    });
    if (response.ok) return "signed-in";
    return response.status >= 500 ? "unreachable" : "refused";
  } catch {
    return "unreachable";
  }
}

/** Ends the session; true when the server has ended it or did not know it. */
export async function signOut(): Promise<boolean> {
  try {
    const response = await fetch("/api/v1/session", { method: "DELETE" });
    return response.ok || response.status === 401;
  } catch {
    return false;
  }
}

/** The version of the server, as its capabilities say. */
export async function serverVersion(): Promise<string> {
  const response = await fetch("/jsonrpc", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "getCapabilities", params: {} }),
  });
  const answer = (await response.json()) as { result?: { serverVersion?: string } };
  return answer.result?.serverVersion ?? "";
}
