import { Skeleton as MantineSkeleton } from "@mantine/core";

/** Space for what is still being read; it does not move. */
export function Skeleton({ className }: { className?: string }) {
  return <MantineSkeleton className={className} animate={false} />;
}
