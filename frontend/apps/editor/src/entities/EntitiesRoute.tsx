import { Navigate, useLocation, useParams } from "react-router";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { PartsScreen } from "../parts/PartsScreen";
import { AddEntity } from "./AddEntity";
import { EntityEditor } from "./EntityEditor";
import { EntityList } from "./EntityList";

/** The data model: entities at the start, the chosen one in the main area. */
export function EntitiesRoute() {
  const { ref } = useOpenModel();
  const { entity: id } = useParams();
  const { search } = useLocation();
  const { entities = [] } = useDocument();
  const chosen = entities.find((entity) => entity.id === id || entity.name === id);
  const [first] = entities;
  if (!chosen && first && id === undefined) return <Navigate to={`/models/${ref}/entities/${first.id}${search}`} replace />;
  return (
    <PartsScreen
      words="entities"
      shortcut="E"
      unknown={id !== undefined && entities.length > 0}
      list={(list) => <EntityList entities={entities} chosen={chosen} {...list} />}
      dialog={(dialog) => <AddEntity {...dialog} />}
    >
      {chosen && ((onList) => <EntityEditor key={chosen.id} entity={chosen} onList={onList} />)}
    </PartsScreen>
  );
}
