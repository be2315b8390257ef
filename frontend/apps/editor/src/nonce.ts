/**
 * Loaded before everything else: libraries that make style elements at run time (the code editor) get the nonce of
 * this response, without which the content security policy would refuse them.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

if (nonce) {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.setAttribute("nonce", nonce);
    return element;
  }) as typeof document.createElement;
}

export {};
