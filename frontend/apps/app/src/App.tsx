import { runtimeTexts } from "@torque/runtime";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { useMemo, useState } from "react";
import { RouterProvider } from "react-router/dom";
import { AppearanceSetter, type Appearance } from "./appearance";
import { createRoutes } from "./routes/routes";
import { texts } from "./texts";

const allTexts = { en: { ...runtimeTexts.en, ...texts.en }, de: { ...runtimeTexts.de, ...texts.de } };

/** TorqueApp: draws any application from what its server says about it. */
export function App() {
  const [appearance, setAppearance] = useState<Appearance>({});
  const router = useMemo(() => createRoutes(), []);
  return (
    <TextsProvider texts={allTexts}>
      <TorqueProvider {...appearance}>
        <AppearanceSetter value={setAppearance}>
          <RouterProvider router={router} />
        </AppearanceSetter>
      </TorqueProvider>
    </TextsProvider>
  );
}
