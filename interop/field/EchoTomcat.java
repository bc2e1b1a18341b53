import jakarta.servlet.http.HttpServlet;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.logging.LogManager;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsContextListener;

/** An echo server on Tomcat: it listens on a free port, and says which. */
public final class EchoTomcat {
    public abstract static class Echo {
        @OnMessage
        public void text(Session session, String message) throws IOException {
            session.getBasicRemote().sendText(message);
        }

        @OnMessage
        public void binary(Session session, ByteBuffer message) throws IOException {
            session.getBasicRemote().sendBinary(message);
        }

        @OnError
        public void failed(Throwable cause) {}
    }

    // A path has to be named.
    @ServerEndpoint("/")
    public static final class Root extends Echo {}

    @ServerEndpoint("/{a}")
    public static final class One extends Echo {}

    @ServerEndpoint("/{a}/{b}")
    public static final class Two extends Echo {}

    @ServerEndpoint("/{a}/{b}/{c}")
    public static final class Three extends Echo {}

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        File folder = Files.createTempDirectory("tomcat").toFile();
        folder.deleteOnExit();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.getPath());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", null);
        context.addApplicationListener(WsContextListener.class.getName());
        Tomcat.addServlet(context, "none", new HttpServlet() {});
        context.addServletMappingDecoded("/", "none");
        tomcat.start();
        ServerContainer container = (ServerContainer)
            context.getServletContext().getAttribute("jakarta.websocket.server.ServerContainer");
        for (Class<?> each : new Class<?>[] {Root.class, One.class, Two.class, Three.class}) {
            container.addEndpoint(each);
        }
        System.out.println("listening on ws://127.0.0.1:" + tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }
}
