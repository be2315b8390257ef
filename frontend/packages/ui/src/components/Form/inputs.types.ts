import type { FormField } from "@torque/protocol";
import type { ReactNode, Ref } from "react";
import type { InputValue } from "./convert";
import type { FormProps } from "./Form.types";

/** What every input of a form receives. */
export type FieldInputProps = {
  field: FormField;
  value: InputValue;
  onChange: (value: InputValue) => void;
  onBlur: () => void;
  inputRef: Ref<HTMLElement>;
  /** Shared by all inputs: label, description, error, state. */
  frame: {
    id: string;
    label: ReactNode;
    description?: string;
    error?: ReactNode;
    disabled?: boolean;
    "aria-required"?: boolean;
    /** Where the focus goes when a drawer opens. */
    "data-autofocus"?: boolean;
  };
  findReferences: FormProps["findReferences"];
  titleOf: FormProps["titleOf"];
};
