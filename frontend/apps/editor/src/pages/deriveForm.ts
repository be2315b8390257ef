import { fieldLabel, SYSTEM_FIELDS, type Entity, type FieldType, type Form, type FormField, type FormFieldType } from "@torque/model";

function inputOf(type: FieldType): FormFieldType {
  switch (type.type) {
    case "String":
      return (type.max_length ?? 0) > 255 ? "TextArea" : "TextInput";
    case "Integer":
    case "Decimal":
    case "Float":
      return "NumberInput";
    case "Boolean":
      return "Checkbox";
    case "Date":
      return "DatePicker";
    case "DateTime":
      return "DateTimePicker";
    case "Time":
      return "TimePicker";
    case "Enum":
      return "Select";
    case "Reference":
      return "ReferenceSelect";
    case "Array":
      return type.element_type.type === "Enum" ? "MultiSelect" : type.element_type.type === "Reference" ? "ReferenceSelect" : "JsonEditor";
    case "Binary":
      return "FileInput";
    case "Json":
      return "JsonEditor";
    default:
      return type satisfies never;
  }
}

/** A form with an input for every field that can be entered. */
export function deriveForm(entity: Entity, id: string, name: string): Form {
  const fields = entity.fields
    .filter((field) => !SYSTEM_FIELDS.has(field.name) && !field.computed)
    .map<FormField>((field) => ({
      name: field.name,
      field_type: inputOf(field.field_type),
      label: fieldLabel(field),
      ...(field.required ? { required: true } : {}),
    }));
  return { id, name, entity_type: entity.name, fields, submit_action: "SaveAndClose" };
}
