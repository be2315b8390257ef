import "./nonce";
import "@torque/ui/styles";
import { ApolloProvider } from "@apollo/client/react";
import { runtimeTexts } from "@torque/runtime";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { CallLog } from "./api/calls";
import { createClient } from "./api/client";
import { editorTexts } from "./locales/texts";
import { createRouter } from "./router";
import { fetchScreens } from "./screens";
import { ServicesProvider } from "./services";

const texts = { en: { ...runtimeTexts.en, ...editorTexts.en }, de: { ...runtimeTexts.de, ...editorTexts.de } };
const router = createRouter();
const calls = new CallLog();
const signedOut = (): void => {
  if (!router.state.location.pathname.endsWith("/sign-in")) void router.navigate("/sign-in", { replace: true });
};
const client = createClient(calls, signedOut);
const root = document.getElementById("root");

if (root) {
  createRoot(root).render(
    <StrictMode>
      <TextsProvider texts={texts}>
        <TorqueProvider>
          <ApolloProvider client={client}>
            <ServicesProvider services={{ client, calls, signedOut }}>
              <RouterProvider router={router} />
            </ServicesProvider>
          </ApolloProvider>
        </TorqueProvider>
      </TextsProvider>
    </StrictMode>,
  );
}

window.addEventListener("load", () => {
  window.requestIdleCallback(() => void fetchScreens());
});
