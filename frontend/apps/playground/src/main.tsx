import "@torque/ui/styles";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { playgroundTexts } from "./locales/texts";
import { Playground } from "./Playground";

const root = document.getElementById("root");
// The page stands at the very address that it asks, wherever the configuration puts that.
const url = import.meta.env.DEV ? "/graphql" : window.location.pathname;

if (root) {
  createRoot(root).render(
    <StrictMode>
      <TextsProvider texts={playgroundTexts}>
        <TorqueProvider>
          <Playground url={url} />
        </TorqueProvider>
      </TextsProvider>
    </StrictMode>,
  );
}
