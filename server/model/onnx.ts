// Builds one ONNX model: nodes, inputs and outputs, and the places of its weights in an external file.
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/** A size, or the name of one that is known at run time only. */
export type Dimension = number | string;
export type Element = "float16" | "float32" | "uint8" | "int64";

const ELEMENTS: Record<Element, { readonly type: TensorProto_DataType; readonly bytes: number }> = {
  float16: { type: TensorProto_DataType.FLOAT16, bytes: 2 },
  float32: { type: TensorProto_DataType.FLOAT, bytes: 4 },
  uint8: { type: TensorProto_DataType.UINT8, bytes: 1 },
  int64: { type: TensorProto_DataType.INT64, bytes: 8 },
};

// Weights start on page boundaries, so that the runtime maps each from disk instead of copying it.
const PAGE = 4096;

/** The version of ONNX's own operators and of the file format; both are understood by onnxruntime 1.30. */
const OPSET = 21n;
const IR_VERSION = 10n;

/** Whole numbers, unless the name is in FLOATS. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

export class OnnxBuilder {
  /** Bytes that the external file must have. */
  bytes = 0;
  readonly #file: string;
  readonly #nodes: NodeProto[] = [];
  readonly #weights: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];

  /** `file` is the external weights' name, beside the graph. */
  constructor(file: string) {
    this.#file = file;
  }

  input(name: string, element: Element, shape: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, element, shape));
    return name;
  }

  output(name: string, element: Element, shape: readonly Dimension[]): string {
    this.#outputs.push(valueInfo(name, element, shape));
    return name;
  }

  /** A small constant [values.length], kept in the graph itself. */
  int64(name: string, values: readonly number[]): void {
    const dims = [BigInt(values.length)];
    const int64Data = values.map(BigInt);
    this.#weights.push(create(TensorProtoSchema, { name, dataType: TensorProto_DataType.INT64, dims, int64Data }));
  }

  /** A small constant, kept in the graph itself. */
  float32(name: string, floatData: number[], shape: readonly number[] = [floatData.length]): void {
    const dims = shape.map(BigInt);
    this.#weights.push(create(TensorProtoSchema, { name, dataType: TensorProto_DataType.FLOAT, dims, floatData }));
  }

  /** A small constant [1], kept in the graph itself. */
  uint8(name: string, value: number): void {
    const dataType = TensorProto_DataType.UINT8;
    this.#weights.push(create(TensorProtoSchema, { name, dataType, dims: [1n], int32Data: [value] }));
  }

  /** Room for `length` bytes in the external file that the graph does not know of; returns their offset. */
  reserve(length: number): number {
    const offset = Math.ceil(this.bytes / PAGE) * PAGE;
    this.bytes = offset + length;
    return offset;
  }

  /** Reserves room in the external file; returns the byte offset that the values must be written to. */
  weight(name: string, element: Element, shape: readonly number[]): number {
    const { type, bytes } = ELEMENTS[element];
    const length = shape.reduce((product, size) => product * size, bytes);
    const offset = this.reserve(length);
    const entries = { location: this.#file, offset, length };
    this.#weights.push(
      create(TensorProtoSchema, {
        name,
        dataType: type,
        dims: shape.map(BigInt),
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
      }),
    );
    return offset;
  }

  /** A node of ONNX's own operators; "" leaves an optional input out. */
  node(opType: string, input: string[], output: string[], attributes: Attributes = {}): void {
    this.#add("", opType, input, output, attributes);
  }

  /** A node of the runtime's own operators. */
  contrib(opType: string, input: string[], output: string[], attributes: Attributes = {}): void {
    this.#add("com.microsoft", opType, input, output, attributes);
  }

  /** A node that turns `input` into another element type. */
  cast(input: string, to: Element, output: string): void {
    this.node("Cast", [input], [output], { to: ELEMENTS[to].type });
  }

  /** The finished model as protobuf bytes. */
  finish(name: string): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "coterie",
      opsetImport: [
        { domain: "", version: OPSET },
        { domain: "com.microsoft", version: 1n },
      ],
      graph: create(GraphProtoSchema, {
        name,
        node: this.#nodes,
        initializer: this.#weights,
        input: this.#inputs,
        output: this.#outputs,
      }),
    });
    return toBinary(ModelProtoSchema, model);
  }

  #add(domain: string, opType: string, input: string[], output: string[], attributes: Attributes): void {
    const name = `${opType}:${output[0]}`;
    const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value));
    this.#nodes.push(create(NodeProtoSchema, { domain, opType, name, input, output, attribute }));
  }
}

const FLOATS: ReadonlySet<string> = new Set(["epsilon", "alpha"]);

function toAttribute(name: string, value: number | readonly number[]): AttributeProto {
  if (typeof value !== "number") {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) });
  }
  return FLOATS.has(name)
    ? create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value })
    : create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
}

function valueInfo(name: string, element: Element, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === "number"
        ? { case: "dimValue" as const, value: BigInt(size) }
        : { case: "dimParam" as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: ELEMENTS[element].type, shape: { dim } } } },
  });
}
