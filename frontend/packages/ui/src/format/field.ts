/** Which kind of value the input of a form holds: the one place that knows. */
import type { FormField } from "@torque/protocol";
import type { FieldTypeName, ValueShape } from "./value";

export function typeOfField({ field_type: input, validation }: FormField): FieldTypeName {
  switch (input) {
    case "TextInput":
    case "TextArea":
    case "RichText":
      return "String";
    case "Select":
    case "Radio":
      return "Enum";
    case "MultiSelect":
      return "Array";
    case "Checkbox":
      return "Boolean";
    case "DatePicker":
      return "Date";
    case "DateTimePicker":
      return "DateTime";
    case "TimePicker":
      return "Time";
    case "NumberInput":
      return validation?.scale !== undefined ? "Decimal" : validation?.integer ? "Integer" : "Float";
    case "ReferenceSelect":
      return "Reference";
    case "JsonEditor":
      return "Json";
    case "FileInput":
      return "Binary";
    default:
      return input satisfies never;
  }
}

/** How a field's value is to be written. */
export const shapeOfField = (field: FormField): ValueShape => ({ type: typeOfField(field), options: field.options, scale: field.validation?.scale });
