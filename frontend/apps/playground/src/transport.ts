/** One operation over HTTP: an answer, or for a subscription the stream of them. */

export type Request = { query: string; variables: Record<string, unknown>; operationName?: string };

/** One answer, and how the server marked it. */
export type Answer = { text: string; status: number };

/** The events of a stream whose pieces come in any size; only those with an answer. */
export function eventsIn(buffer: string): { answers: string[]; rest: string } {
  const blocks = buffer.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const answers: string[] = [];
  for (const block of blocks) {
    const lines = block.split("\n");
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
    if (lines.includes("event: next") && data.length > 0) answers.push(data.join("\n"));
  }
  return { answers, rest };
}

/** Runs an operation; yields every answer. */
export async function* run(url: string, request: Request, streaming: boolean, signal: AbortSignal): AsyncGenerator<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: streaming ? "text/event-stream" : "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  const stream = response.headers.get("content-type")?.startsWith("text/event-stream") ? response.body : null;
  if (stream === null) {
    yield { text: await response.text(), status: response.status };
    return;
  }
  let buffer = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const { answers, rest } = eventsIn(buffer + part.value);
    buffer = rest;
    for (const text of answers) yield { text, status: response.status };
  }
}
