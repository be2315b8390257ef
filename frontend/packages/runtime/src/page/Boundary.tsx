import { ErrorPane } from "@torque/ui";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

type BoundaryProps = { children: ReactNode; fallback: (error: Error, retry: () => void) => ReactNode };

class Catch extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return this.props.fallback(this.state.error, () => this.setState({ error: null }));
  }
}

/** Keeps a broken component to itself: the page around it goes on. */
export function Boundary({ children }: { children: ReactNode }) {
  const { t } = useTranslation("runtime");
  return <Catch fallback={(error, retry) => <ErrorPane message={t("component.broken")} code={error.message} onRetry={retry} />}>{children}</Catch>;
}
